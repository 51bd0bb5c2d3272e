import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readJsonl } from "./readJsonl.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-jsonl-"));
});
afterAll(() => rm(folder, { recursive: true }));

const FIELDS = { text: "string", label: "number" } as const;

async function rowsOf(content: string | Uint8Array) {
  const file = path.join(folder, "data.jsonl");
  await writeFile(file, content);
  const rows = [];
  for await (const row of readJsonl(file, FIELDS)) rows.push(row);
  return rows;
}

test("takes the fields that are asked for, however lines end and wherever chunks are cut", async () => {
  const long = "é".repeat(100_000);
  const lines = [
    { text: "a", label: 1, other: null },
    { label: -0.5, text: long },
    { text: "", label: 0 },
  ];
  const content = lines.map((line) => JSON.stringify(line)).join("\r\n");
  const expected = lines.map(({ text, label }) => ({ text, label }));
  expect(await rowsOf(content)).toEqual(expected);
  expect(await rowsOf(`\ufeff${content}\n`)).toEqual(expected);
  expect(await rowsOf("")).toEqual([]);
});

const GOOD = '{"text":"a","label":1}\n';
test.each([
  [`${GOOD}{"text":"b"}`, ":2: expected label to be a number, got nothing"],
  [`${GOOD}{"text":null,"label":1}`, ":2: expected text to be a string, got null"],
  [`${GOOD}\n${GOOD}`, ":2: expected a JSON object, got an empty line"],
  [`${GOOD}[1]`, ":2: expected a JSON object, got an array"],
  [`${GOOD}${GOOD}{"text":"b`, ':3: expected a JSON object, got "{\\"text\\":\\"b"'],
  [Buffer.from([...Buffer.from(GOOD), 0x22, 0xff, 0x22]), ":2: expected UTF-8, got other bytes"],
])("names the line of %j", (content, message) => expect(rowsOf(content)).rejects.toThrow(`data.jsonl${message}`));

test("names a file that is not there", async () => {
  const rows = readJsonl(path.join(folder, "nowhere.jsonl"), FIELDS);
  await expect(rows.next()).rejects.toThrow(/nowhere.jsonl: expected a file, got /);
});
