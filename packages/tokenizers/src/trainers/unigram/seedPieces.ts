import { UNKNOWN } from "./lattice.ts";
import { repeatedSubstrings } from "./suffixArray.ts";
import type { UnigramTrainerOptions } from "./options.ts";

/** A word and its count. */
export type CountedWord = readonly [word: string, count: number];

/** The pieces in training. */
export interface Pieces {
  /** By id; {@link UNKNOWN} comes first. */
  readonly texts: readonly string[];
  /** By id: log likelihoods, -Infinity for pruned pieces. */
  readonly scores: Float64Array;
  /** The ids of the remaining pieces, in the order that decides between equals; {@link UNKNOWN} comes first. */
  ids: readonly number[];
}

/** Every character, and the repeated substrings that cover most. */
export function seedPieces(words: readonly CountedWord[], options: UnigramTrainerOptions): Pieces {
  const { maxPieceLength = 16, seedSize = 1_000_000 } = options;
  const chars = new Map<number, number>();
  for (const [word, count] of words) {
    for (const char of word) {
      const code = char.codePointAt(0) ?? 0;
      if (code !== 0) chars.set(code, (chars.get(code) ?? 0) + count);
    }
  }
  const frequent = [...chars].sort(([a, m], [b, n]) => n - m || b - a);
  const substrings = repeatedSubstrings(
    words.map(([word]) => word),
    maxPieceLength,
    Math.max(1, seedSize - frequent.length),
  );
  const texts = ["", ...frequent.map(([code]) => String.fromCodePoint(code)), ...substrings.map(({ text }) => text)];
  const covered = [
    ...frequent.map(([, count]) => count),
    ...substrings.map(({ text, count }) => [...text].length * count),
  ];
  const all = Math.log(covered.reduce((sum, each) => sum + each, 0));
  const scores = new Float64Array(texts.length);
  for (const [i, each] of covered.entries()) scores[i + 1] = Math.log(each) - all;
  return { texts, scores, ids: [...texts.keys()] };
}

/** The lowest score in use. */
export function leastScore({ ids, scores }: Pieces): number {
  return ids.reduce((least, id) => (id === UNKNOWN ? least : Math.min(least, scores[id] ?? 0)), Infinity);
}
