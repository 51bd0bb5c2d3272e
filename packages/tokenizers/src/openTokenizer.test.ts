import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openTokenizer } from "./openTokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

const VOCAB = { a: 0, b: 1, ab: 2, "<|endoftext|>": 3 };
const GPT2 = { "vocab.json": VOCAB, "merges.txt": "#version: 0.2\na b\n" };
const BERT = { "vocab.txt": "[CLS]\n[SEP]\n[UNK]\ne\né\nE\n" };

async function open(files: Readonly<Record<string, unknown>>): Promise<Tokenizer> {
  const bytes = (file: unknown): Uint8Array =>
    file instanceof Uint8Array
      ? file
      : new TextEncoder().encode(typeof file === "string" ? file : JSON.stringify(file));
  const opened = await openTokenizer((name) => Promise.resolve(Object.hasOwn(files, name) ? bytes(files[name]) : undefined)); // prettier-ignore
  if (opened === undefined) throw new Error("expected a tokenizer");
  return opened;
}

test.each([
  [{ "added_tokens.json": { "<x>": 4 } }, "ab<x>", [2, 4]],
  [{ "tokenizer_config.json": { added_tokens_decoder: { 4: { content: "<y>", special: true } } } }, "a<y>b", [0, 4, 1]],
  [{ "special_tokens_map.json": { pad_token: { content: "<pad!>" } } }, "a<pad!>", [0, 4]],
  [{ "tokenizer_config.json": { add_bos_token: true, add_eos_token: true } }, "ab", [3, 2, 3]],
  [{ "tokenizer_config.json": { tokenizer_class: "GPT2TokenizerFast" } }, "ab", [2]],
])("GPT-2's files and %j", async (more, text, ids) => {
  expect((await open({ ...GPT2, ...more })).encode(text).ids).toEqual(ids);
});

test.each([
  [{}, [0, 3, 3, 1]],
  [{ do_lower_case: false }, [0, 5, 4, 1]],
  [{ strip_accents: false }, [0, 3, 4, 1]],
  [{ pad_token: "E" }, [0, 5, 3, 1]],
])("BERT's vocab.txt and %j", async (config, ids) => {
  expect((await open({ ...BERT, "tokenizer_config.json": config })).encode("E é").ids).toEqual(ids);
});

test("what is not known is refused by name", async () => {
  const config = (fields: object) => ({ ...GPT2, "tokenizer_config.json": fields });
  await expect(open(config({ tokenizer_class: "XTokenizer" }))).rejects.toThrow(/tokenizer_config.json.tokenizer_class: expected one of GPT2/); // prettier-ignore
  await expect(open(config({ errors: "strict" }))).rejects.toThrow(/tokenizer_config.json.errors: expected "replace", got "strict"/); // prettier-ignore
  await expect(open({ ...GPT2, "added_tokens.json": { "<x>": 2 ** 32 } })).rejects.toThrow(/added_tokens.json\["<x>"\]: expected an integer/); // prettier-ignore
  await expect(open(config({ added_tokens_decoder: { x: {} } }))).rejects.toThrow(/added_tokens_decoder.x: expected an integer/); // prettier-ignore
});

test("a Marian model with two vocabularies reads each side's ids in its own", async () => {
  const golden = JSON.parse(readFileSync(new URL("../test/golden/formats/marian.json", import.meta.url), "utf8")) as { spm: string; vocab: Record<string, number> }; // prettier-ignore
  const spm = new Uint8Array(Buffer.from(golden.spm, "base64"));
  const tokens = Object.keys(golden.vocab);
  const turned = Object.fromEntries(tokens.map((token, id) => [token, tokens.length - 1 - id]));
  const files = { "source.spm": spm, "vocab.json": golden.vocab, "tokenizer_config.json": { separate_vocabs: true } };
  const two = await open({ ...files, "target.spm": spm, "target_vocab.json": turned });
  const one = await open({ ...files, "tokenizer_config.json": {} });
  const { ids } = one.encode("the cat sat");
  expect(two.encode("the cat sat").ids).toEqual(ids);
  expect(two.decode(ids.map((id) => turned[one.idToToken(id) ?? ""] ?? 0))).toBe("the cat sat");
  expect(() => JSON.stringify(two)).toThrow(/toJSON: expected one vocabulary/);
  await expect(open({ ...files, "target.spm": spm })).rejects.toThrow(/^target_vocab.json: expected a file/);
});
