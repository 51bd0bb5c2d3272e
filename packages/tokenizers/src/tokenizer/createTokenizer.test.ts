import { expect, test } from "vitest";
import { createTokenizer } from "./createTokenizer.ts";
import { bpe, precompiled, regex, unigram, wordPiece } from "./allComponents.ts";
import { Tokenizer } from "./index.ts";

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
  const replaced = (pattern: object): string => normalForm({ type: "Replace", pattern, content: "-" }, "a😀"); // also after the last one
  expect(replaced({ String: "" })).toBe("-a-😀-");
  expect(replaced({ Regex: "" })).toBe("-a-😀-");
});

/** What a normalizer makes of a text: unknown tokens read as they stand there. */
function normalForm(normalizer: object, text: string): string {
  const reads = { type: "Unigram", unk_id: 0, vocab: [["<unk>", 0]] };
  return Tokenizer.fromJSON({ normalizer, model: reads }).encode(text).tokens.join("");
}

test.each([true, false])(
  "BertNormalizer makes of Latin text what it makes of it beside other text, lowercase: %s",
  (lowercase) => {
    const normalize = (text: string): string => normalForm({ type: "BertNormalizer", lowercase }, text);
    const codes = [...Array(0x300).keys(), ...Array.from({ length: 0x70 }, (_, i) => 0x2000 + i)];
    for (const code of codes) {
      const text = `x${String.fromCharCode(code)}x`;
      expect(`${normalize(text)}\u3042`).toBe(normalize(`${text}\u3042`));
    }
  },
);

test("BertPreTokenizer tells marks from letters beyond the basic plane", () => {
  const words = { type: "WordLevel", vocab: { "?": 0 }, unk_token: "?" };
  const tokenizer = Tokenizer.fromJSON({ pre_tokenizer: { type: "BertPreTokenizer" }, model: words });
  // U+10100 is punctuation, U+10000 a letter; their first halves are the same.
  expect(tokenizer.encode("a\u{10100}b\u{10000}c\u{10100}").offsets).toEqual([[0, 1], [1, 3], [3, 7], [7, 9]]); // prettier-ignore
});
