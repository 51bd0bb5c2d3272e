import { alibiBias, type RelativeBuckets, RelativePositionBias } from "@qkv/attention";
import type { Params } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";

/** A bias of the scores by the distance of key and query, one for all blocks of a stack. */
export type PositionBiasSpec =
  /** Linear in the distance (ALiBi, arXiv:2108.12409). */
  | { readonly kind: "alibi"; readonly numHeads: number; readonly causal: boolean }
  /** Learned for buckets of distances (T5, arXiv:1910.10683). */
  | ({ readonly kind: "relative"; readonly numHeads: number } & RelativeBuckets);

/** The position bias of a stack. */
export interface PositionBias {
  /**
   * Computes the bias [1, H, Q, K] of Q queries, the last of which lines up with the last of K keys; for causal ALiBi
   * [1, H, 1, K] serves all queries.
   */
  forward(queries: number, keys: number): tf.Tensor4D;
}

/** Creates the position bias of a stack, with its table in `params` if it is learned. */
export function createPositionBias(params: Params, spec: PositionBiasSpec): PositionBias {
  if (spec.kind === "relative") return new RelativePositionBias(params, spec.numHeads, spec);
  return { forward: (queries, keys) => alibiBias(spec.numHeads, keys, spec.causal ? 1 : queries) };
}
