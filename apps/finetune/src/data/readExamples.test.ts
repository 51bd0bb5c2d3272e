import { expect, test } from "vitest";
import type { Goal } from "./examples.ts";
import { readExamples } from "./readExamples.ts";

const read = (goal: Goal, name: string, text: BlobPart) =>
  readExamples(goal, [name === "" ? (text as string) : new File([text], name)]);

test.each([
  ["classify", "a.csv", 'text,label\n"one, two",x\nthree,y\n'],
  ["classify", "a.csv", "id;Label;Sentence\n1;x;one, two\n2;y;three"],
  ["classify", "a.tsv", "one, two\tx\nthree\ty"],
  ["classify", "", '{"text": "one, two", "label": "x"}\n\n{"sentence": "three", "category": "y"}'],
  ["classify", "", "one, two | x\n\nthree | y"],
  ["classify", "a.jsonl", '\uFEFF{"text": "one, two", "label": "x"}\r\n{"text": "three", "label": "y"}'],
] as const)("reads texts and labels: %s of %j", async (goal, name, text) => {
  const { examples, problems } = await read(goal, name, text);
  expect(problems).toEqual([]);
  expect(examples).toEqual([
    { text: "one, two", label: "x" },
    { text: "three", label: "y" },
  ]);
});

test("takes the column that says the same again and again for the label", async () => {
  const { examples } = await read("classify", "a.csv", "x,one\nx,two\ny,three\ny,four");
  expect(examples[0]).toEqual({ text: "one", label: "x" });
});

test("reads pairs, texts, prompts and conversations", async () => {
  expect((await read("embed", "", "who?\tme")).examples).toEqual([{ anchor: "who?", positive: "me" }]);
  expect((await read("embed", "p.csv", "query,answer\nwho?,me")).examples).toEqual([
    { anchor: "who?", positive: "me" },
  ]);
  expect((await read("write", "a.txt", "one\ntwo\n\n \nthree\n")).examples).toEqual([
    { text: "one\ntwo" },
    { text: "three" },
  ]);
  expect((await read("write", "", "who?\tme")).examples).toEqual([{ prompt: "who?", completion: "me" }]);
  const messages = [
    { role: "user", content: "who?" },
    { role: "assistant", content: "me" },
  ];
  expect((await read("write", "c.jsonl", JSON.stringify({ messages }))).examples).toEqual([{ messages }]);
});

test("names what is wrong, and in which line", async () => {
  const wrongs = async (goal: Goal, name: string, text: BlobPart) =>
    (await read(goal, name, text)).problems.map(({ line, kind }) => [line, kind]);
  expect(await wrongs("classify", "a.csv", 'text,label\n\na,x\nb\n"c\nd",y\n,z\n"e,w')).toEqual([
    [4, "columns"],
    [7, "empty"],
    [8, "quote"],
  ]);
  expect(await wrongs("classify", "a.jsonl", '{"text": "a"}\nno\n[1]\n{"text": "a", "label": ["b"]}')).toEqual([
    [1, "fields"],
    [2, "json"],
    [3, "json"],
    [4, "fields"],
  ]);
  expect(await wrongs("classify", "", "no tab\nb\tx")).toEqual([[1, "columns"]]);
  expect(await wrongs("write", "c.jsonl", '{"messages": [{"role": "user", "content": "a"}]}')).toEqual([[1, "answer"]]);
  expect(await wrongs("write", "a.txt", new Uint8Array([97, 10, 98, 0xff, 10, 99]))).toEqual([[2, "utf8"]]);
  expect(await wrongs("write", "a.pdf", "a")).toEqual([[0, "file"]]);
});
