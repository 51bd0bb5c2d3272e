import { describe, expect, test } from "vitest";
import { Budget } from "./budget.ts";
import { Tokenizer } from "../tokenizer/index.ts";
import { TokenizerError } from "./tokenizerError.ts";

const file = (changes: object): object => ({
  model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: [] },
  ...changes,
});
const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
const replace = (String: string, content: string): object => ({ type: "Replace", pattern: { String }, content });
const text = "a".repeat(2000);

const BOMBS: readonly [name: string, changes: object, message: RegExp][] = [
  ["a replacement that doubles", { normalizer: { type: "Sequence", normalizers: times(30, replace("a", "aa")) } }, /normalizers\[\d+\]: gives up on a text of 2000/], // prettier-ignore
  ["a replacement of nothing", { normalizer: replace("", "a".repeat(1000)) }, /normalizer: gives up/],
  ["a normalizer that doubles", { normalizer: { type: "Sequence", normalizers: [replace("a", "é"), ...times(30, { type: "ByteLevel" })] } }, /normalizer: gives up/], // prettier-ignore
  ["a long prefix", { normalizer: { type: "Prepend", prepend: "a".repeat(2e6) } }, /normalizer: gives up/],
  ["a decoder that doubles", { decoder: { type: "Sequence", decoders: times(30, replace("a", "aa")) } }, /decoders\[\d+\]: gives up/], // prettier-ignore
  ["a template that repeats", { post_processor: { type: "TemplateProcessing", single: times(2000, { Sequence: { id: "A", type_id: 0 } }), special_tokens: {} } }, /post_processor: gives up/], // prettier-ignore
  ["post-processors that double", { post_processor: { type: "Sequence", processors: times(30, { type: "RobertaProcessing", cls: ["a", 0], sep: ["b", 1] }) } }, /post_processor: gives up/], // prettier-ignore
  ["overlap", { truncation: { max_length: 1000, stride: 999 } }, /truncation: gives up/],
  ["parts of one token", { truncation: { max_length: 1 } }, /truncation: gives up/],
  ["padding of everything cut off", { truncation: { max_length: 10 }, padding: { strategy: { Fixed: 1000 }, pad_id: 0, pad_token: "" } }, /padding: gives up/], // prettier-ignore
  ["padding of a text", { padding: { strategy: { Fixed: 2 ** 17 }, pad_id: 0, pad_token: "" } }, /padding: gives up/],
  ["padding to a multiple", { padding: { strategy: "BatchLongest", pad_to_multiple_of: 2 ** 17, pad_id: 0, pad_token: "" } }, /padding: gives up/], // prettier-ignore
  ["long pieces", { model: { type: "Unigram", unk_id: 0, vocab: [["<unk>", 0], ["a", -1], [`${"a".repeat(2000)}b`, -1]] } }, /model.vocab: gives up/], // prettier-ignore
  ["a long added token", { added_tokens: [{ id: 0, content: `${"a".repeat(1999)}b` }] }, /added_tokens: gives up/],
  ["an enormous token", { model: { type: "WordLevel", unk_token: "b".repeat(1e6), vocab: { ["b".repeat(1e6)]: 0 } }, pre_tokenizer: { type: "FixedLength", length: 1 } }, /decode: gives up/], // prettier-ignore
];

test("what grows costs its length, and 16 times what it grows by", () => {
  const stepped = (from: number, to: number) => () => new Budget(0, 1).step(from, to, "x"); // 1024 steps
  expect(stepped(0, 64)).not.toThrow();
  expect(stepped(0, 65)).toThrow("x: gives up on a text of 0 characters");
  expect(stepped(1024, 1)).not.toThrow();
  expect(stepped(1025, 1)).toThrow(TokenizerError);
});

describe("what a file makes of a text is bounded", () => {
  test.each(BOMBS)("%s", (_, changes, message) => {
    const use = (): string => {
      const tokenizer = Tokenizer.fromJSON(file(changes));
      return tokenizer.decode(tokenizer.encode(text).ids);
    };
    expect(use).toThrow(TokenizerError);
    expect(use).toThrow(message);
  });

  test.each([
    ["normalizer", { normalizer: { type: "Sequence", normalizers: times(2000, { type: "NFC" }) } }, /at most 1000 components/], // prettier-ignore
    ["prefix", { model: { type: "BPE", vocab: { a: 0 }, merges: [], continuing_subword_prefix: "#".repeat(300) } }, /continuing_subword_prefix: expected at most 256/], // prettier-ignore
    ["padding", { padding: { strategy: { Fixed: 1e9 }, pad_id: 0, pad_token: "" } }, /padding.strategy.Fixed: expected at most/], // prettier-ignore
    ["multiple", { padding: { strategy: "BatchLongest", pad_to_multiple_of: 1e9, pad_id: 0, pad_token: "" } }, /pad_to_multiple_of: expected at most/], // prettier-ignore
    ["id", { model: { type: "WordLevel", unk_token: "a", vocab: { a: 1e9 } } }, /vocab.a: expected an integer from 0 to 16777215, got 1000000000/], // prettier-ignore
    ["added id", { added_tokens: [{ id: 2 ** 32, content: "x" }] }, /added_tokens\[0\].id: expected an integer/],
  ])("a %s out of all measure is refused at once", (_, changes, message) => {
    expect(() => Tokenizer.fromJSON(file(changes))).toThrow(message);
  });

  test("all added tokens together take what one text of their length may", () => {
    const normalizers = times(900, { type: "Lowercase" });
    const added_tokens = Array.from({ length: 3000 }, (_, id) => ({ id, content: `token ${id}` }));
    const json = file({ normalizer: { type: "Sequence", normalizers }, added_tokens });
    expect(() => Tokenizer.fromJSON(json)).toThrow(/normalizer: gives up/);
  });

  test("what a map makes of a character is not the rest of the file", () => {
    const map = new Uint8Array(4 + 4 * 256 + 5000).fill(0x78);
    const trie = new DataView(map.buffer);
    trie.setUint32(0, 4 * 256, true);
    for (let unit = 0; unit < 256; unit++) trie.setUint32(4 + 4 * unit, 0, true);
    trie.setUint32(4 + 4 * 0x61, 0x61 | 0x100 | (0x80 << 10), true); // a, a text's end, whose place is 0x80 from here
    const normalizer = { type: "Precompiled", precompiled_charsmap: btoa(String.fromCharCode(...map)) };
    expect(() => Tokenizer.fromJSON(file({ normalizer })).encode("a")).toThrow(/texts of less than 4096 bytes/);
  });

  test("whoever wants more says so", () => {
    const json = file({ normalizer: { type: "Sequence", normalizers: times(6, replace("a", "aa")) } });
    expect(() => Tokenizer.fromJSON(json).encode(text)).toThrow(
      /at most 512 steps for each; maxSteps, in the program QKV_MAX_STEPS, raises it$/,
    );
    expect(Tokenizer.fromJSON(json, { maxSteps: 4000 }).encode(text).length).toBe(64 * 2000);
    expect(() => Tokenizer.fromJSON(json, { maxSteps: 0 })).toThrow(/maxSteps: expected a number above 0, got 0/);
  });

  test("a word of any length is looked up in one pass", () => {
    const vocab = { a: 0, "[UNK]": 1, "##a": 2, [`##${"a".repeat(30)}`]: 3 };
    const model = { type: "WordPiece", unk_token: "[UNK]", max_input_chars_per_word: 2 ** 31 - 1, vocab };
    const { ids } = Tokenizer.fromJSON(file({ model })).encode("a".repeat(200_000));
    expect(ids.slice(0, 3)).toEqual([0, 3, 3]);
  });

  test("a file that refers to itself is refused, and one that shares is saved", () => {
    const sequence: Record<string, unknown> = { type: "Sequence", normalizers: [] };
    sequence["normalizers"] = [sequence, sequence];
    expect(() => Tokenizer.fromJSON(file({ normalizer: sequence }))).toThrow(TokenizerError);
    const shared = { type: "NFC", more: {} as object };
    const saved = JSON.stringify(Tokenizer.fromJSON(file({ normalizer: { type: "Sequence", normalizers: [shared, shared] } }))); // prettier-ignore
    expect(Tokenizer.fromJSON(saved).encode("ab").ids).toEqual([0, 1]);
  });
});

test("each way to put two texts' parts beside one another costs", () => {
  const tokenizer = Tokenizer.fromJSON(file({ truncation: { max_length: 2 } }));
  expect(() => tokenizer.encode("a".repeat(300), { pair: "a".repeat(300) })).toThrow(/truncation: gives up/);
  expect(tokenizer.encode("a".repeat(30), { pair: "a".repeat(30) }).overflow.length).toBeGreaterThan(800);
});
