import { checkArray } from "@qkv/ops";

/**
 * How well anchors find their positives among all candidates: the share that is first, and the mean of 1 / rank (MRR). A tie counts
 * against the anchor.
 *
 * @param anchors the i-th goes with the i-th candidate
 */
export function retrievalScores(
  anchors: readonly Float32Array[],
  candidates: readonly Float32Array[],
): { readonly accuracy: number; readonly mrr: number } {
  checkArray("retrievalScores", "anchors", anchors);
  checkArray("retrievalScores", "candidates", candidates);
  const units = candidates.map(unit);
  let [first, reciprocal] = [0, 0];
  for (const [i, anchor] of anchors.entries()) {
    const from = unit(anchor);
    const own = dot(from, units[i] as Float32Array);
    const better = units.filter((candidate, j) => j !== i && dot(from, candidate) >= own).length;
    if (better === 0) first += 1;
    reciprocal += 1 / (better + 1);
  }
  return { accuracy: first / anchors.length, mrr: reciprocal / anchors.length };
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.max(Math.sqrt(dot(vector, vector)), 1e-12);
  return vector.map((value) => value / length);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
