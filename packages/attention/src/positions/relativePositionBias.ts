import { checkRecord, embedding } from "@qkv/ops";
import { checkModule, normal, type Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { checkInteger } from "../checks/argumentChecks.ts";

/** Buckets of relative positions. */
export interface RelativeBuckets {
  /** Default 32; for both directions half of them each, rounded down. */
  readonly numBuckets?: number;
  /** The distance from which on all share the last bucket, beyond the half of a direction's that have one each. Default 128. */
  readonly maxDistance?: number;
  /** Whether keys after the query have separate buckets, as in an encoder, or share the nearest one's. */
  readonly bidirectional: boolean;
  /** Number of rows of the table, where it has more than there are buckets (MPNet). Default `numBuckets`. */
  readonly tableRows?: number;
}

/**
 * The bucket of a distance: near ones have one each, far ones share them in logarithmic steps (T5, arXiv:1910.10683,
 * section 2.1; `_relative_position_bucket` of its implementations).
 *
 * @param distance the key's position minus the query's
 */
export function relativePositionBucket(distance: number, buckets: RelativeBuckets): number {
  checkRecord("relativePositionBucket", "buckets", buckets);
  const { numBuckets = 32, maxDistance = 128, bidirectional } = buckets;
  const count = bidirectional ? Math.floor(numBuckets / 2) : numBuckets;
  const side = bidirectional && distance > 0 ? count : 0;
  const far = bidirectional ? Math.abs(distance) : Math.max(-distance, 0);
  const exact = Math.floor(count / 2);
  if (far < exact) return side + far;
  const steps = (Math.log(far / exact) / Math.log(maxDistance / exact)) * (count - exact);
  // Rounded to float32 as PyTorch computes it, so that a distance on the border of two buckets falls into the same one.
  return side + Math.min(exact + Math.trunc(Math.fround(steps)), count - 1);
}

/** T5's learned relative positions: one number for each head and bucket, added to the scores. */
export class RelativePositionBias {
  /** [tableRows, H] */
  readonly weight: tf.Variable<tf.Rank.R2>;

  readonly #buckets: RelativeBuckets;

  /** @throws RangeError if the buckets are too few, or `maxDistance` has a bucket of its own */
  constructor(params: Params, numHeads: number, buckets: RelativeBuckets) {
    checkModule("RelativePositionBias", params, { buckets });
    const { numBuckets = 32, maxDistance = 128, bidirectional, tableRows = numBuckets } = buckets;
    checkInteger("RelativePositionBias", "tableRows", tableRows, numBuckets);
    checkInteger("RelativePositionBias", "numBuckets", numBuckets, bidirectional ? 4 : 2);
    checkInteger(
      "RelativePositionBias",
      "maxDistance",
      maxDistance,
      Math.floor(numBuckets / (bidirectional ? 4 : 2)) + 1,
    );
    this.weight = params.bias<tf.Rank.R2>("weight", [tableRows, numHeads], normal(numHeads ** -0.5));
    this.#buckets = buckets;
  }

  /** The bias of Q queries, the last of which lines up with the last of K keys: [1, H, Q, K]. */
  forward(queries: number, keys: number): tf.Tensor4D {
    const buckets = Int32Array.from({ length: queries * keys }, (_, at) => {
      const [query, key] = [Math.floor(at / keys) + keys - queries, at % keys];
      return relativePositionBucket(key - query, this.#buckets);
    });
    return biasOf(this.weight, buckets, [queries, keys]);
  }
}

/** Swin's learned relative positions within a window: one number for each head and offset in two dimensions. */
export class WindowPositionBias {
  /** [(2M - 1)², H] */
  readonly weight: tf.Variable<tf.Rank.R2>;

  readonly #window: number;

  /** @throws RangeError if the window is no integer from 1 */
  constructor(params: Params, numHeads: number, window: number) {
    checkModule("WindowPositionBias", params);
    checkInteger("WindowPositionBias", "window", window, 1);
    this.weight = params.bias<tf.Rank.R2>("weight", [(2 * window - 1) ** 2, numHeads], normal(0.02));
    this.#window = window;
  }

  /**
   * The bias between the positions of a window: [1, H, M * M, M * M].
   *
   * @param window a window not larger than the table's own, which contains all of its offsets. Default the table's.
   */
  forward(window = this.#window): tf.Tensor4D {
    const size = window ** 2;
    return biasOf(this.weight, windowPositionIndex(window, this.#window), [size, size]);
  }
}

/**
 * The row of Swin's table for the offset of each two positions of a window (`relative_position_index`,
 * arXiv:2103.14030, section 3.2).
 *
 * @param largest the window of the table, at least `window`
 * @returns M⁴ numbers, to be read as [M * M, M * M]
 * @throws RangeError if the largest window is smaller than the window
 */
export function windowPositionIndex(window: number, largest = window): Int32Array {
  checkInteger("windowPositionIndex", "largest", largest, window);
  const [size, side] = [window ** 2, 2 * largest - 1];
  return Int32Array.from({ length: size * size }, (_, at) => {
    const [query, key] = [Math.floor(at / size), at % size];
    const rows = Math.floor(query / window) - Math.floor(key / window);
    const columns = (query % window) - (key % window);
    return (rows + largest - 1) * side + columns + largest - 1;
  });
}

/** Rows of a table [rows, H] as [1, H, Q, K]. */
function biasOf(weight: tf.Tensor2D, rows: Int32Array, shape: [number, number]): tf.Tensor4D {
  return tf.tidy(() => {
    const picked = embedding(weight, tf.tensor(rows, shape, "int32")); // [Q, K, H]
    return tf.expandDims(tf.transpose(picked, [2, 0, 1]), 0) as tf.Tensor4D;
  });
}
