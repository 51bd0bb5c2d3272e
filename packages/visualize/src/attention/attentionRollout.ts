import { checkRecord } from "../argumentChecks.ts";
import type { WeightGrid } from "../weightGrid.ts";
import { averageHeads } from "./averageHeads.ts";

/**
 * Attention rollout: the share of each token in each token after all layers of self-attention, if residual paths count as
 * much as attention ("Quantifying Attention Flow in Transformers", arXiv:2005.00928, section 3).
 *
 * @param grid [layers, heads, L, L]
 * @returns [L, L] row by row; each row sums to 1 where the weights' rows do
 * @throws RangeError if there are not as many keys as queries
 */
export function attentionRollout(grid: Pick<WeightGrid, "shape" | "values">): Float32Array {
  checkRecord("attentionRollout", "grid", grid);
  const { shape, values } = grid;
  const [layers, heads, length, keys] = shape;
  if (length !== keys) throw new RangeError(`attentionRollout: expected as many keys as queries, got [${shape}]`);
  const size = heads * length * length;
  let rolled = identity(length);
  for (let layer = 0; layer < layers; layer++) {
    const of = Array.prototype.slice.call(values, layer * size, (layer + 1) * size) as number[];
    const mean = averageHeads({ shape: [1, heads, length, length], values: of });
    const mixed = mean.map((weight, at) => 0.5 * weight + (at % (length + 1) === 0 ? 0.5 : 0));
    rolled = product(mixed, rolled, length);
  }
  return rolled;
}

/** The matrix product of [Q, L] and [L, K]. */
export function product(a: ArrayLike<number>, b: ArrayLike<number>, inner: number): Float32Array<ArrayBuffer> {
  const [rows, columns] = inner === 0 ? [0, 0] : [a.length / inner, b.length / inner];
  return Float32Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let i = 0; i < inner; i++) sum += (a[row * inner + i] ?? 0) * (b[i * columns + column] ?? 0);
    return sum;
  });
}

function identity(length: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: length * length }, (_, at) => (at % (length + 1) === 0 ? 1 : 0));
}
