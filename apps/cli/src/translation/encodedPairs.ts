import type { TokenizerSides } from "@qkv/tokenizers";
import type { SentencePair } from "./pairs/pairs.ts";

/** A pair as token ids, each side ending in the end token. */
export interface EncodedPair {
  readonly source: Int32Array;
  readonly target: Int32Array;
}

/** Pairs as ids, without those that have an empty side or one of more than `maxTokens` tokens. */
export function encodePairs(
  pairs: readonly SentencePair[],
  sides: TokenizerSides,
  maxTokens = Infinity,
): EncodedPair[] {
  const encode = (side: keyof TokenizerSides, text: string) => Int32Array.from(sides[side].encode(text).ids);
  return pairs.flatMap((pair) => {
    if (pair.source === "" || pair.target === "") return [];
    const encoded = { source: encode("source", pair.source), target: encode("target", pair.target) };
    return Math.max(encoded.source.length, encoded.target.length) > maxTokens ? [] : [encoded];
  });
}
