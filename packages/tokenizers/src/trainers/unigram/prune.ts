import { type TrainingLattice, UNKNOWN } from "./lattice.ts";
import type { CountedWord, Pieces } from "./seedPieces.ts";

/** Words between two steps: a few milliseconds. */
export const STRIDE = 1024;

/**
 * Prunes to about `size` pieces: keeps those that nothing else can spell, then those without which the words would be least
 * likely, supposing that each would be spelled in its second-best way wherever it occurs now.
 */
export function* prune(
  pieces: Pieces,
  words: readonly CountedWord[],
  lattice: TrainingLattice,
  size: number,
): Generator<void> {
  const { texts, scores } = pieces;
  const frequency = new Float64Array(texts.length);
  let wordCount = 0;
  for (const [at, [word, count]] of words.entries()) {
    if (at % STRIDE === 0) yield;
    wordCount += count;
    lattice.bestPath(word, (id) => (frequency[id] = (frequency[id] ?? 0) + count));
  }
  const sum = pieces.ids.reduce((all, id) => all + (frequency[id] ?? 0), 0);

  const kept: number[] = [UNKNOWN];
  const candidates: { readonly id: number; readonly loss: number }[] = [];
  for (const [at, id] of pieces.ids.entries()) {
    if (at % STRIDE === 0) yield;
    if (id === UNKNOWN) continue;
    const often = frequency[id] ?? 0;
    let others: number[] = [];
    const second = lattice.bestPath(texts[id] ?? "", (other) => others.push(other), false);
    const isBest = second === undefined || (scores[id] ?? 0) >= second; // as a spelling of itself
    if (!isBest) others = [];
    if (others.length === 0) {
      if (often > 0 || isBest) kept.push(id);
    } else if (often > 0) {
      // The number of pieces is used in place of that of `others`, in SentencePiece as in Hugging Face's trainer.
      const allAfter = Math.log(sum + often * (pieces.ids.length - 1));
      let after = 0;
      for (const other of others.reverse()) after += Math.log((frequency[other] ?? 0) + often) - allAfter;
      candidates.push({ id, loss: (often / wordCount) * (Math.log(often) - Math.log(sum) - after) });
    }
  }
  candidates.sort((a, b) => b.loss - a.loss);
  for (const { id } of candidates.slice(0, Math.max(0, size - kept.length))) kept.push(id);

  const isKept = new Set(kept);
  for (const id of pieces.ids) if (!isKept.has(id)) scores[id] = -Infinity;
  pieces.ids = kept;
}
