import { LearnedPositions } from "@qkv/attention";
import { LayerNorm, normal, type Params } from "@qkv/nn";
import { embedding } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { DebertaV2Config, RelativeVectors } from "./config.ts";

/** Learned vectors of distances, one table for all layers. */
export class RelativeTable {
  readonly positions: LearnedPositions;
  /** Absent where the vectors are read as they are. */
  readonly norm?: LayerNorm;

  readonly #relative: RelativeVectors;

  constructor(params: Params, config: DebertaV2Config, relative: RelativeVectors) {
    const { dModel, initializerRange, normEps } = config;
    this.positions = new LearnedPositions(params.at("positions"), 2 * relative.span, dModel, normal(initializerRange));
    if (relative.isNormed) this.norm = new LayerNorm(params.at("norm"), dModel, { eps: normEps });
    this.#relative = relative;
  }

  /** The vectors of the distances L - 1, L - 2, ... 1 - L, of a query's position minus its key's: [2 L - 1, E]. */
  forward(length: number): tf.Tensor2D {
    return tf.tidy(() => {
      const rows = Int32Array.from({ length: 2 * length - 1 }, (_, i) => distanceRow(length - 1 - i, this.#relative));
      const vectors = embedding(this.positions.weight, tf.tensor1d(rows, "int32")) as tf.Tensor2D;
      return this.norm?.forward(vectors) ?? vectors;
    });
  }
}

/** The row of a distance in a table of 2 S vectors (`make_log_bucket_position` of transformers). */
export function distanceRow(distance: number, { span, logReach }: RelativeVectors): number {
  const bucket = logReach === undefined ? distance : logBucket(distance, span, logReach);
  return Math.min(Math.max(bucket + span, 0), 2 * span - 1);
}

/** Rounded to float32 as PyTorch computes it, so that a distance on the border of two buckets falls into the same one. */
function logBucket(distance: number, buckets: number, reach: number): number {
  const mid = Math.floor(buckets / 2);
  const far = Math.abs(distance);
  if (far <= mid) return distance;
  const log = (value: number) => Math.fround(Math.log(Math.fround(value)));
  const steps = Math.fround(Math.fround(log(far / mid) / log((reach - 1) / mid)) * (mid - 1));
  return Math.sign(distance) * (Math.ceil(steps) + mid);
}
