import { type NormalizerConfig, type PreTokenizerConfig, Tokenizer } from "@qkv/tokenizers";

/** Which code points this engine answers a question with yes. */
export type Answer = () => ReadonlySet<number>;

/** Every code point but halves of pairs; of the planes that hold no characters, one here and there. */
export const CODES: readonly number[] = Array.from({ length: 0x110000 }, (_, code) => code).filter((code) => {
  const isEmpty = (code >= 0x34000 && code < 0xe0000) || code >= 0xe1000;
  return (code < 0xd800 || code > 0xdfff) && (!isEmpty || code % 0x1001 === 0);
});

const charOf = (code: number): string => String.fromCodePoint(code);

/** What a regular expression matches. */
export function matched(expression: string): Answer {
  return () => {
    const pattern = { Regex: `${expression}+` };
    const split = { type: "Split", pattern, behavior: "Removed", invert: true };
    const text = CODES.map(charOf).join("");
    const { offsets } = Tokenizer.fromJSON({ pre_tokenizer: split, model: READS_TEXT }).encode(text);
    const chars = offsets.flatMap(([start, end]) => Array.from(text.slice(start, end)));
    return new Set(chars.map((char) => char.codePointAt(0) ?? 0));
  };
}

/** What a pre-tokenizer makes `count` pieces of between two letters, `beside` it on either side. */
export function cut(pre_tokenizer: PreTokenizerConfig, count: number, beside = "a"): Answer {
  return () => {
    const tokenizer = Tokenizer.fromJSON({ pre_tokenizer, model: COUNTS_PIECES });
    return new Set(
      chunksOf(CODES).flatMap((codes) => {
        const counts = codes.map(() => 0);
        const { wordIds } = tokenizer.encode(codes.map((code) => beside + charOf(code) + beside));
        for (const word of wordIds) counts[word ?? 0] = (counts[word ?? 0] ?? 0) + 1;
        return codes.filter((_, i) => counts[i] === count);
      }),
    );
  };
}

/** What a normalizer changes. */
export function changed(normalizer: NormalizerConfig): Answer {
  return () => {
    const forms = normalForms(normalizer, CODES.map(charOf));
    return new Set(CODES.filter((code, i) => forms[i] !== charOf(code)));
  };
}

/** What changes places with U+0334 behind it, in canonical order. */
export const reordered: Answer = () => {
  const alone = normalForms({ type: "NFD" }, CODES.map(charOf));
  const followed = normalForms({ type: "NFD" }, CODES.map((code) => `${charOf(code)}\u0334`)); // prettier-ignore
  return new Set(CODES.filter((_, i) => followed[i] !== `${alone[i] ?? ""}\u0334`));
};

// An unknown token of Unigram reads as its text, neighbours as one; of WordLevel, each piece is a token.
const READS_TEXT = { type: "Unigram", unk_id: 0, vocab: [["<unk>", 0]] };
const COUNTS_PIECES = { type: "WordLevel", unk_token: "<unk>", vocab: { "<unk>": 0 } };

// A sign between texts: nothing changes it, composes with it or becomes it.
const BETWEEN = "\u25cc";

/** The normal form of each of `texts`, which are normalized many at once. */
function normalForms(normalizer: NormalizerConfig, texts: readonly string[]): string[] {
  const tokenizer = Tokenizer.fromJSON({ normalizer, model: READS_TEXT });
  return chunksOf(texts).flatMap((chunk) => {
    const without = chunk.map((text) => text.replace(BETWEEN, ""));
    const forms = tokenizer.encode(without.join(BETWEEN)).tokens.join("").split(BETWEEN);
    return chunk.map((text, i) => (text.startsWith(BETWEEN) ? text : (forms[i] ?? "")));
  });
}

function chunksOf<T>(items: readonly T[]): (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / 1000) }, (_, i) => items.slice(1000 * i, 1000 * (i + 1)));
}
