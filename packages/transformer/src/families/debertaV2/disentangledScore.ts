import { type Score, splitHeads } from "@qkv/attention";
import { Linear, normal, type Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { DebertaV2Config } from "./config.ts";
import type { RelativeTable } from "./relativeVectors.ts";

/**
 * Disentangled attention: the score of contents, of a query with its distance to the key, and of that distance with the key,
 * over the root of the sum of their widths (DeBERTa, arXiv:2006.03654, section 3.1).
 */
export class DisentangledScore implements Score {
  /** Maps of the vectors of distances; absent where a score does not read them. */
  readonly keyProj?: Linear;
  readonly queryProj?: Linear;

  readonly #table: RelativeTable;
  readonly #numHeads: number;
  readonly #scale: number;

  /** @param params of the layer's attention, whose maps it may share  @param table of distances, of all layers */
  constructor(params: Params, config: DebertaV2Config, table: RelativeTable) {
    const { dModel, numHeads, scores, relative, initializerRange } = config;
    const map = (shared: string, own: string) => {
      const scope = relative?.sharesMaps ? params.at(shared) : params.at("score", own);
      return new Linear(scope, dModel, dModel, { init: normal(initializerRange) });
    };
    if (scores.includes("c2p")) this.keyProj = map("kProj", "keyProj");
    if (scores.includes("p2c")) this.queryProj = map("qProj", "queryProj");
    this.#table = table;
    this.#numHeads = numHeads;
    this.#scale = disentangledScale(config);
  }

  /** @param queries [B, H, L, D]  @param keys [B, H, L, D]  @returns [B, H, L, L] */
  scores(queries: tf.Tensor4D, keys: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      let sum: tf.Tensor = tf.matMul(queries, keys, false, true);
      if (this.keyProj !== undefined || this.queryProj !== undefined) {
        const vectors = this.#table.forward(queries.shape[2]); // [2 L - 1, E]
        if (this.keyProj !== undefined) sum = tf.add(sum, this.#byDistance(queries, vectors, this.keyProj));
        if (this.queryProj !== undefined) {
          const byKey = this.#byDistance(keys, tf.reverse(vectors, 0), this.queryProj); // [B, H, K, Q]
          sum = tf.add(sum, tf.transpose(byKey, [0, 1, 3, 2]));
        }
      }
      return tf.mul(sum, this.#scale);
    });
  }

  /** The products of each x[i] with the vector of its distance to j, the vectors given from far to near: [B, H, L, L]. */
  #byDistance(x: tf.Tensor4D, vectors: tf.Tensor2D, map: Linear): tf.Tensor4D {
    const [batch, heads, length, width] = x.shape;
    const mapped = splitHeads(tf.expandDims(map.forward(vectors)), this.#numHeads); // [1, H, 2 L - 1, D]
    const rows = tf.reshape(tf.transpose(x, [1, 0, 2, 3]), [heads, batch * length, width]);
    const products = tf.matMul(rows, tf.squeeze(mapped, [0]) as tf.Tensor3D, false, true); // [H, B * L, 2 L - 1]
    const byBatch = tf.transpose(tf.reshape(products, [heads, batch, length, 2 * length - 1]), [1, 0, 2, 3]);
    return ofKeys(byBatch as tf.Tensor4D);
  }
}

/** The factor of all scores: 1 / sqrt(D n) for n kinds of scores. */
export function disentangledScale({ dModel, numHeads, scores }: DebertaV2Config): number {
  return 1 / Math.sqrt((dModel / numHeads) * (1 + scores.length));
}

/** [B, H, L, 2 L - 1] by distance -> [B, H, L, L] by key: y[i, j] = x[i, j - i + L - 1]. */
function ofKeys(x: tf.Tensor4D): tf.Tensor4D {
  const [batch, heads, length] = x.shape;
  if (length === 1) return x;
  // In a row of one number less, each row starts one further to the left than the one before.
  const flat = tf.reshape(x, [batch, heads, length * (2 * length - 1)]);
  const shifted = tf.slice(flat, [0, 0, length - 1], [batch, heads, length * (2 * length - 2)]);
  const rows = tf.reshape(shifted, [batch, heads, length, 2 * length - 2]);
  return tf.slice(rows, [0, 0, 0, 0], [batch, heads, length, length]) as tf.Tensor4D;
}
