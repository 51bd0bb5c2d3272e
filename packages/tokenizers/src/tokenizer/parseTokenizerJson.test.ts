import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MergeTable } from "../models/bpe/mergeTable.ts";
import { Tokenizer } from "./index.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";
import { parseTokenizer } from "./parseTokenizerJson.ts";
import { Vocabulary } from "../models/vocabulary.ts";

type Parsed = { readonly model: { readonly vocab: unknown; readonly merges: unknown } };

const model = (vocab: string, merges = "[]", more = ""): string =>
  `{"model": {"type": "BPE", ${more} "vocab": ${vocab}, "merges": ${merges}}}`;

/** What becomes of a tokenizer.json: what it saves, or the error. */
function outcome(open: () => Tokenizer): string {
  try {
    const tokenizer = open();
    return JSON.stringify([tokenizer, tokenizer.idToToken(0)]);
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    return error.message;
  }
}

/** Text is the same as what JSON.parse makes of it. */
function expectAsParsed(text: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    expect(outcome(() => Tokenizer.fromJSON(text))).toMatch(
      /tokenizer.json: expected a JSON object, got \d+ characters that are not JSON/,
    );
    return;
  }
  expect(outcome(() => Tokenizer.fromJSON(text))).toBe(outcome(() => Tokenizer.fromJSON(parsed)));
}

test.each([
  model('{"a": 0, "b":1 , "ab" : 2}', '["a b"]'),
  model('{"a":0,"b":1,"ab":2}', '[ ["a", "b"] ]'),
  model('{"\\u00e9":0,"\\n\\t\\"\\\\\\/\\b\\f\\r":1,"\\ud83d\\ude00":2,"\\ud800":3, "é\\u00e9": 4}', '["\\u00e9 é"]'),
  model('{"__proto__":0,"constructor":1,"10":2,"9":3,"":4}'),
  model("{ }", "[ ]"),
])("reads tokens from the text: %s", (text) => {
  const parsed = parseTokenizer(text) as Parsed;
  expect(parsed.model.vocab).toBeInstanceOf(Vocabulary);
  expect(parsed.model.merges).toBeInstanceOf(MergeTable);
  expectAsParsed(text);
});

test.each([
  ["a token twice", model('{"a":0,"a":1}')],
  ["an id twice", model('{"a":0,"b":0}')],
  ["a vocabulary twice", `{"model":{"vocab":{"a":0},"merges":[],"vocab":{"b":0}}}`],
  [
    "a model twice",
    `{"model":{"vocab":{"a":0},"merges":[]},"model":{"type":"WordLevel","unk_token":"b","vocab":{"b":0}}}`,
  ],
  [
    "a second model without a vocabulary",
    `{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"model":{"type":"BPE"}}`,
  ],
  ["an id twice, of a number", model('{"b":0,"1":0}')],
  ["names in escapes", `{"model":{"vocab":{"a":0},"merges":[],"voc\\u0061b":{"b":0}}}`],
  ["merges first", `{"model":{"merges":["a b"],"vocab":{"a":0,"b":1,"ab":2}}}`],
  ["a prefix", model('{"a":0,"#b":1,"ab":2,"a#b":3}', '["a #b"]', '"continuing_subword_prefix":"#",')],
  [
    "a prefix afterwards",
    `{"model":{"vocab":{"a":0,"#b":1,"ab":2},"merges":["a #b"],"continuing_subword_prefix":"#"}}`,
  ],
  ["a fraction", model('{"a":0.5}')],
  ["a whole number in another form", model('{"a":1e0,"b":2.0,"c":-0}')],
  ["a large id", model('{"a":2147483647,"b":2147483648}')],
  ["a zero before an id", model('{"a":01}')],
  ["an unknown token", model('{"a":0}', '["a b"]')],
  ["two spaces", model('{"a":0,"b":1,"ab":2,"a ":3,"a b":4}', '["a  b"]')],
  ["three tokens", model('{"a":0,"b":1,"ab":2}', '[["a","b","ab"]]')],
  ["an array that does not end", model('{"a":0}', '["a a"')],
  ["a comma too many", model('{"a":0,}')],
  ["a control character", model('{"a\n":0}')],
  ["an unknown escape", model('{"\\x61":0}')],
  ["half an escape", model('{"\\u00e":0}')],
  ["text after the end", `${model('{"a":0}')}]`],
  ["text after a vocabulary", model('{"a":0}5')],
  ["merges of a model without", `{"model":{"type":"WordLevel","unk_token":"a","vocab":{"a":0},"merges":[1,]}}`],
  ["no vocabulary", model("null")],
  ["a vocabulary in another place", `{"vocab":{"a":0},"model":null}`],
  ["no text", ""],
])("leaves to JSON.parse what it does not know: %s", (_, text) => expectAsParsed(text));

const folder = new URL("../../test/golden/", import.meta.url);
const files = readdirSync(folder)
  .filter((file) => /^[a-z0-9-]+\.json$/.test(file) && !/^(training|unicode)/.test(file))
  .map((file) => [file, JSON.stringify((JSON.parse(readFileSync(new URL(file, folder), "utf8")) as { tokenizer: unknown }).tokenizer)] as const); // prettier-ignore

describe.each(files)("%s", (_, text) => {
  test("is the same as parsed", () => expectAsParsed(text));

  test("is the same as parsed after any change", () => {
    const at = (i: number): number => (i * 2654435761) % text.length; // places all over the text
    for (let i = 1; i <= 60; i++) {
      const [from, to] = [at(i), at(i) + 1 + (i % 7)];
      expectAsParsed(text.slice(0, from) + text.slice(to));
      expectAsParsed(text.slice(0, to) + text.slice(from));
      expectAsParsed(text.slice(0, from) + '"\\,:{}[]0 a\n'.charAt(i % 12) + text.slice(from + (i % 2)));
    }
  });
});

const published = join(process.env["QKV_DATA"] ?? "", "tokenizers");

test.skipIf(process.env["QKV_DATA"] === undefined)("published files are the same as parsed", () => {
  const models = readdirSync(published).filter((name) => existsSync(join(published, name, "tokenizer.json")));
  for (const name of models) expectAsParsed(readFileSync(join(published, name, "tokenizer.json"), "utf8"));
  expect(models).not.toEqual([]);
});
