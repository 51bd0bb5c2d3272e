import { describe, expect, test } from "vitest";
import { type AnswerPart, type KnownTools, textReader, toolCallReader } from "./answerReader.ts";

const TOOLS: KnownTools = { names: new Set(["add", "now"]), isParallel: true };
const ADD = { name: "add", arguments: { a: 1, b: [2, "}"] } };
const NOW = { name: "now", arguments: {} };

/** What is read of a text that comes in pieces of some length: calls without their ids, and texts joined. */
function read(text: string, length: number, tools = TOOLS): (string | object)[] {
  const reader = toolCallReader(tools);
  const parts: AnswerPart[] = [];
  for (let i = 0; i < text.length; i += length) parts.push(...reader.push(text.slice(i, i + length)));
  parts.push(...reader.end());
  const joined: (string | object)[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part !== "string") joined.push({ name: part.name, arguments: part.arguments });
    else if (typeof last === "string") joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  return joined;
}

const [add, now] = [JSON.stringify(ADD), JSON.stringify(NOW)];

describe.each([1, 3, 1000])("pieces of %i characters", (length) => {
  test.each<[string, readonly (string | object)[]]>([
    ["Plain text with { and <tool and [x].", ["Plain text with { and <tool and [x]."]],
    [`<tool_call>\n${add}\n</tool_call>`, [ADD]],
    [`I add. <tool_call>${add}</tool_call>\n<tool_call>${now}</tool_call>\n`, ["I add. ", ADD, NOW]],
    [`<tool_call>${add}`, [ADD]], // it ended where its closing mark would stand
    [`[TOOL_CALLS] [${add}, ${now}]`, [ADD, NOW]],
    [` [${add}]`, [ADD]], // the mark is a special token
    [`<|python_tag|>{"name": "add", "parameters": ${JSON.stringify(ADD.arguments)}}`, [ADD]],
    [`{"name": "now"}`, [NOW]],
    [`{"name": "other", "arguments": {}}`, [`{"name": "other", "arguments": {}}`]],
    [`<tool_call>{"name": "other"}</tool_call>.`, [`<tool_call>{"name": "other"}</tool_call>.`]],
    [`<tool_call>{"name": "add",</tool_call>`, [`<tool_call>{"name": "add",</tool_call>`]],
    [`[1, 2] are numbers`, [`[1, 2] are numbers`]],
    ["", []],
  ])("%s", (text, expected) => {
    expect(read(text, length)).toEqual(expected);
  });

  test("only the first call, where several are not wanted", () => {
    const one = { ...TOOLS, isParallel: false };
    expect(read(`[${add}, ${now}]`, length, one)).toEqual([ADD]);
    expect(read(`<tool_call>${add}</tool_call><tool_call>${now}</tool_call>`, length, one)).toEqual([ADD]);
  });
});

test("text goes out as it comes, but for what may begin a call", () => {
  const reader = toolCallReader(TOOLS);
  expect(reader.push("So <too")).toEqual(["So "]);
  expect(reader.push("ls>")).toEqual(["<tools>"]);
  expect(textReader.push("<tool_call>")).toEqual(["<tool_call>"]);
});

test("ids are of nine letters and digits, each another", () => {
  const reader = toolCallReader(TOOLS);
  reader.push(`[${add}, ${now}]`);
  const ids = reader.end().map((part) => (typeof part === "string" ? part : part.id));
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
});
