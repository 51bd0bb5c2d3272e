import { expect, test } from "vitest";
import { createTokenizer } from "./createTokenizer.ts";
import { bpe, precompiled, regex, unigram, wordPiece } from "./everyPart.ts";
import { Tokenizer } from "./everyTokenizer.ts";

const file = (parts: object): object => ({
  model: { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"] },
  ...parts,
});
const split = file({
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [{ type: "Split", pattern: { Regex: "b+" }, behavior: "Isolated", invert: false }],
  },
});

test("a tokenizer of the parts that its file names is the one that has them all", () => {
  const ours = createTokenizer(split, [regex, bpe]);
  expect(ours).toBeInstanceOf(Tokenizer);
  expect(JSON.stringify(ours)).toBe(JSON.stringify(Tokenizer.fromJSON(split)));
  expect(ours.encode("abba").ids).toEqual([0, 1, 1, 0]);
  expect(createTokenizer(JSON.stringify(file({})), [bpe]).encode("abba").ids).toEqual([2, 1, 0]);
});

test.each([
  [file({}), [wordPiece, unigram], 'tokenizer.json.model.type: unknown model "BPE" (known: WordPiece, Unigram)'],
  [
    { model: { ...(file({}) as { model: object }).model, type: undefined } },
    [wordPiece],
    'unknown model "BPE" (known: WordPiece)',
  ],
  [split, [bpe], "pretokenizers[0].pattern.Regex: regular expressions are not among the parts"],
  [
    file({ normalizer: { type: "Precompiled", precompiled_charsmap: null } }),
    [bpe],
    'unknown normalizer "Precompiled"',
  ],
  [file({ pre_tokenizer: { type: "UnicodeScripts" } }), [bpe, precompiled], 'unknown pre-tokenizer "UnicodeScripts"'],
] as const)("a part that is missing is named: %j", (config, parts, message) => {
  expect(() => createTokenizer(config, parts)).toThrow(message);
});

test("an empty literal stands between all characters", () => {
  const pre_tokenizer = { type: "Split", pattern: { String: "" }, behavior: "Isolated", invert: false };
  const words = createTokenizer(file({ pre_tokenizer }), [bpe]).encode("ab").ids;
  expect(words).toEqual(
    Tokenizer.fromJSON(file({ pre_tokenizer: { ...pre_tokenizer, pattern: { Regex: "" } } })).encode("ab").ids,
  );
  expect(words).toEqual([0, 1]);
});
