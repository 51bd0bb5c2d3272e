import { alibiBias, alibiSlopes, type RelativeBuckets, RelativePositionBias } from "@qkv/attention";
import type { Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { keptPositions } from "./keptPositions.ts";

/** A bias of the scores by the distance of key and query, one for all blocks of a stack. */
export type PositionBiasSpec =
  /** Linear in the distance (ALiBi, arXiv:2108.12409). */
  | { readonly kind: "alibi"; readonly numHeads: number; readonly causal: boolean }
  /** The same for causal attention, of positions that count no padding: each key's slope times its position (BLOOM). */
  | ({ readonly kind: "alibiOfKept"; readonly numHeads: number } & AlibiOptions)
  /** Learned for buckets of distances (T5, arXiv:1910.10683). */
  | ({ readonly kind: "relative"; readonly numHeads: number } & RelativeBuckets);

/** What differs between families in the bias of {@link PositionBiasSpec}'s `alibiOfKept`. */
export interface AlibiOptions {
  /** Factor of the bias. Default 1. */
  readonly scale?: number;
  /** Whether slopes, positions and their products are rounded to bfloat16 (Falcon). Default false. */
  readonly isRounded?: boolean;
}

/** The position bias of a stack. */
export interface PositionBias {
  /**
   * Computes the bias [1, H, Q, K] of Q queries, the last of which lines up with the last of K keys; for causal ALiBi
   * [1, H, 1, K] serves all queries.
   *
   * @param mask attention mask of the keys, broadcastable to [B, H, Q, K]: where padding is not counted, of [B, 1, 1, K]
   */
  forward(queries: number, keys: number, mask?: tf.Tensor): tf.Tensor4D;
}

/** Creates the position bias of a stack, with its table in `params` if it is learned. */
export function createPositionBias(params: Params, spec: PositionBiasSpec): PositionBias {
  if (spec.kind === "alibiOfKept") return alibiOfKept(spec.numHeads, spec);
  if (spec.kind === "relative") return new RelativePositionBias(params, spec.numHeads, spec);
  return { forward: (queries, keys) => alibiBias(spec.numHeads, keys, spec.causal ? 1 : queries) };
}

function alibiOfKept(numHeads: number, { scale = 1, isRounded = false }: AlibiOptions): PositionBias {
  const round = isRounded ? toBFloat16 : (value: number) => value;
  const slopes = Array.from(alibiSlopes(numHeads), round);
  return {
    forward: (_, keys, mask) =>
      tf.tidy(() => {
        const values = Array.from({ length: keys }, (_, position) =>
          slopes.map((slope) => round(Math.fround(slope * round(position))) * scale),
        );
        const table = tf.tensor2d(values, [keys, numHeads]); // [K, H]
        if (mask === undefined) return tf.reshape(tf.transpose(table), [1, numHeads, 1, keys]) as tf.Tensor4D;
        const positions = tf.maximum(keptPositions(tf.reshape(mask, [-1, keys]), keys), 0); // [B, K]
        const rows = tf.gather(table, tf.cast(positions, "int32")); // [B, K, H]
        return tf.expandDims(tf.transpose(rows, [0, 2, 1]), 2) as tf.Tensor4D;
      }),
  };
}

/** The nearest number of bfloat16, of two the even one. */
function toBFloat16(value: number): number {
  const [float, bits] = [new Float32Array([value]), new Uint32Array(1)];
  bits.set(new Uint32Array(float.buffer));
  const word = bits[0] as number;
  const rounded = word + 0x7fff + ((word >>> 16) & 1);
  return new Float32Array(Uint32Array.of(rounded & 0xffff0000).buffer)[0] as number;
}
