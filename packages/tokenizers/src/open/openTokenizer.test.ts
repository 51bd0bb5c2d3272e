import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { TokenizerOptions } from "../tokenizer/createTokenizer.ts";
import { Tokenizer } from "../tokenizer/index.ts";
import { fromTiktoken } from "../formats/fromTiktoken.ts";
import { openTokenizer } from "./openTokenizer.ts";
import { trainBpe } from "../trainers/trainBpe.ts";

const VOCAB = { a: 0, b: 1, ab: 2, "<|endoftext|>": 3 };
const GPT2 = { "vocab.json": VOCAB, "merges.txt": "#version: 0.2\na b\n" };
const BERT = { "vocab.txt": "[CLS]\n[SEP]\n[UNK]\ne\né\nE\n" };

const GOLDEN = JSON.parse(readFileSync(new URL("../../test/golden/formats/marian.json", import.meta.url), "utf8")) as { spm: string; vocab: Record<string, number> }; // prettier-ignore
const spm = new Uint8Array(Buffer.from(GOLDEN.spm, "base64"));

async function open(files: Readonly<Record<string, unknown>>, options: TokenizerOptions = {}): Promise<Tokenizer> {
  const bytes = (file: unknown): Uint8Array =>
    file instanceof Uint8Array
      ? file
      : new TextEncoder().encode(typeof file === "string" ? file : JSON.stringify(file));
  const opened = await openTokenizer((name) => Promise.resolve(Object.hasOwn(files, name) ? bytes(files[name]) : undefined), options); // prettier-ignore
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

test("a special token is looked for before its text is normalized", async () => {
  const added_tokens_decoder = { 6: { content: "[X]", special: true } };
  const tokenizer = await open({ ...BERT, "tokenizer_config.json": { added_tokens_decoder } });
  expect(tokenizer.encode("[X]").ids).toEqual([0, 6, 1]);
  expect(tokenizer.encode("[x]").ids).toEqual([0, 2, 2, 2, 1]);
});

const JSON_FILE = {
  added_tokens: [{ id: 3, content: "<|endoftext|>", special: true }],
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
  decoder: { type: "ByteLevel" },
  model: { type: "BPE", vocab: { ...VOCAB, Ġ: 4 }, merges: ["a b"] },
};

test.each([
  ["gpt2", {}, "ab<x>", [2]],
  ["gpt2", { tokenizer_class: "GPT2Tokenizer", add_prefix_space: true }, "ab", [4, 2]],
  ["gpt2", { tokenizer_class: "PreTrainedTokenizerFast", add_prefix_space: true }, "ab", [2]],
  ["llama", { tokenizer_class: "LlamaTokenizer", add_prefix_space: true }, "ab", [2]], // which bytes do not fit
  ["llama", { pad_token: "<x>" }, "ab<x>", [2, 5]],
  ["llama", { added_tokens_decoder: { 3: { content: "<|endoftext|>", lstrip: true } } }, "a <|endoftext|>", [0, 3]],
  ["llama", { split_special_tokens: true }, "<|endoftext|>a", [0]], // no token of this vocabulary, but the a,
])("a tokenizer.json of %s beside %j", async (model_type, config, text, ids) => {
  const files = { "tokenizer.json": JSON_FILE, "config.json": { model_type }, "tokenizer_config.json": config };
  expect((await open(files)).encode(text).ids).toEqual(ids);
});

test("a tokenizer.json of a class that makes it anew and is not known is refused", async () => {
  const beside = (config: object) => open({ "tokenizer.json": JSON_FILE, "tokenizer_config.json": config });
  await expect(beside({ tokenizer_class: "FunnelTokenizerFast" })).rejects.toThrow(/^tokenizer_config.json.tokenizer_class: expected a class that is known .* got "FunnelTokenizer"/); // prettier-ignore
  await expect(beside({ auto_map: { AutoTokenizer: ["x.X", null] } })).rejects.toThrow(/^tokenizer_config.json.auto_map: .* got code in Python/); // prettier-ignore
  expect((await beside({ tokenizer_class: "OfNobodyTokenizer" })).encode("ab").ids).toEqual([2]);
});

test("what is not known is refused by name", async () => {
  const config = (fields: object) => ({ ...GPT2, "tokenizer_config.json": fields });
  const merges = (name: string) => new RegExp(`expected a tokenizer of class GPT2Tokenizer or .*, got "${name}"`);
  await expect(open(config({ tokenizer_class: "XTokenizer" }))).rejects.toThrow(merges("XTokenizer"));
  await expect(open({ ...GPT2, "config.json": { model_type: "llama" } })).rejects.toThrow(merges("llama"));
  await expect(open({ ...GPT2, "config.json": { model_type: "deberta" } })).rejects.toThrow(
    /^config.json.model_type: /,
  );
  await expect(open({ ...BERT, "config.json": { model_type: "roberta" } })).rejects.toThrow(/class BertTokenizer or MPNetTokenizer for these files, got "roberta"/); // prettier-ignore
  await expect(open({ "spiece.model": spm, "config.json": { model_type: "bert" } })).rejects.toThrow(/^config.json.model_type: expected a tokenizer of class AlbertTokenizer or .*, got "bert"/); // prettier-ignore
  await expect(open({ "tokenizer.model": spm, "config.json": { model_type: "t5" } })).rejects.toThrow("tokenizer.model: expected spiece.model for T5Tokenizer, got tokenizer.model"); // prettier-ignore
  await expect(open({ "tokenizer.model": spm, "tokenizer_config.json": { tokenizer_class: "LlamaTokenizer" } })).rejects.toThrow("expected BPE pieces for LlamaTokenizer, got Unigram ones"); // prettier-ignore
  await expect(open({ ...GPT2, "added_tokens.json": { "<x>": 2 ** 32 } })).rejects.toThrow(/added_tokens.json\["<x>"\]: expected an integer/); // prettier-ignore
  await expect(open(config({ added_tokens_decoder: { x: {} } }))).rejects.toThrow(/added_tokens_decoder.x: expected an integer/); // prettier-ignore
});

test("a Marian model with two vocabularies reads each side's ids in its own", async () => {
  const tokens = Object.keys(GOLDEN.vocab);
  const turned = Object.fromEntries(tokens.map((token, id) => [token, tokens.length - 1 - id]));
  const files = { "source.spm": spm, "vocab.json": GOLDEN.vocab, "tokenizer_config.json": { separate_vocabs: true } };
  const two = await open({ ...files, "target.spm": spm, "target_vocab.json": turned });
  const one = await open({ ...files, "tokenizer_config.json": {} });
  const { ids } = one.encode("the cat sat");
  expect(two.encode("the cat sat").ids).toEqual(ids);
  expect(two.decode(ids.map((id) => turned[one.idToToken(id) ?? ""] ?? 0))).toBe("the cat sat");
  expect(() => JSON.stringify(two)).toThrow(/toJSON: expected one vocabulary/);
  await expect(open({ ...files, "target.spm": spm })).rejects.toThrow(/^target_vocab.json: expected a file/);
});

test("every kind of file obeys maxSteps, here and in training", async () => {
  const file = new URL("../../test/golden/formats/sentencepiece.json", import.meta.url);
  const { models } = JSON.parse(readFileSync(file, "utf8")) as { models: { name: string; model: string }[] };
  const model = (kind: string) =>
    new Uint8Array(Buffer.from(models.find(({ name }) => name === kind)?.model ?? "", "base64"));
  const regex = { type: "Split", pattern: { Regex: "a|b" }, behavior: "Isolated", invert: false } as const;
  const folders: Record<string, unknown>[] = [
    { "tokenizer.json": JSON_FILE },
    { "spiece.model": model("unigram") },
    { "tokenizer.model": model("bpe"), "tokenizer_config.json": { tokenizer_class: "LlamaTokenizer" } },
    { "source.spm": spm, "vocab.json": GOLDEN.vocab },
    BERT,
    GPT2,
  ];
  const text = "ab ".repeat(1000);
  const few = { maxSteps: 1e-6 };
  const says = /at most 0.000001 steps for each; maxSteps, in the program QKV_MAX_STEPS, raises it$/;
  for (const files of folders) {
    const { ids } = (await open(files)).encode(text);
    const tokenizer = await open(files, few);
    expect(() => tokenizer.decode(tokenizer.encode(text).ids)).toThrow(says); // merging bytes takes no steps, a token does
    expect((await open(files, { maxSteps: 1e9 })).encode(text).ids).toEqual(ids);
    await expect(open(files, { maxSteps: 0 })).rejects.toThrow(/^maxSteps: expected a number above 0, got 0/);
  }
  const tiktoken = fromTiktoken("YQ== 0\nYg== 1\nIA== 2", { pattern: "a|b| ", ...few });
  expect(() => tiktoken.encode(text)).toThrow(says);
  await expect(trainBpe([text], { preTokenizer: regex, ...few })).rejects.toThrow(says);
});

test("a regular expression has half of the steps", () => {
  const pre_tokenizer = { type: "Split", pattern: { Regex: "(?<=a+)b" }, behavior: "Isolated" };
  const json = { model: { type: "BPE", vocab: VOCAB, merges: [] }, pre_tokenizer };
  const idsWith = (maxSteps: number): readonly number[] =>
    Tokenizer.fromJSON(json, { maxSteps }).encode("a".repeat(2000)).ids;
  expect(() => idsWith(128)).toThrow(
    /more than 64 steps a character; maxSteps, in the program QKV_MAX_STEPS, raises it/,
  );
  expect(idsWith(8000)).toHaveLength(2000);
});

test("source.spm counts beside tokenizer.json where the class is Marian's, and else is not asked for", async () => {
  const asked: string[] = [];
  const tokenizer = (await open({ ...GPT2 })).toJSON();
  const files = { "tokenizer.json": tokenizer, "source.spm": spm, "vocab.json": GOLDEN.vocab };
  const ofClass = (name: string) => ({ ...files, "tokenizer_config.json": { tokenizer_class: name } });
  const marian = await open(ofClass("MarianTokenizer"));
  expect(marian.encode("ab").ids).toEqual(
    (await open({ "source.spm": spm, "vocab.json": GOLDEN.vocab })).encode("ab").ids,
  );
  const bytes = new Map(Object.entries(ofClass("PreTrainedTokenizerFast")).map(([name, file]) => [name, file instanceof Uint8Array ? file : new TextEncoder().encode(typeof file === "string" ? file : JSON.stringify(file))])); // prettier-ignore
  const read = (name: string) => Promise.resolve((asked.push(name), bytes.get(name)));
  expect((await openTokenizer(read))?.encode("ab").ids).toEqual([2]);
  expect(asked).not.toContain("source.spm");
});
