import { byteLevelAlphabet } from "@qkv/tokenizers";

/** A made-up vocabulary of byte-level BPE, and the pairs that it is merged from. */
export interface Vocabulary {
  /** In the order of their ids; the first is the end of a text. */
  readonly tokens: readonly string[];
  readonly merges: readonly (readonly [string, string])[];
}

/** As many tokens as a model has: an end of texts, the 256 bytes, then pairs of bytes, then pairs with one byte more. */
export function vocabularyOf(size: number): Vocabulary {
  const bytes = Object.values(byteLevelAlphabet());
  const tokens = ["<|endoftext|>", ...bytes];
  const merges: [string, string][] = [];
  for (let shorter: readonly string[] = bytes; tokens.length < size;) {
    const longer: string[] = [];
    for (const a of shorter) {
      for (const b of bytes) {
        if (tokens.length === size) return { tokens, merges };
        longer.push(a + b);
        tokens.push(a + b);
        merges.push([a, b]);
      }
    }
    shorter = longer;
  }
  return { tokens, merges };
}
