import type { Taps } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";

/** Listens to the scores of routers, beside the taps of a pass. */
export class RouterTaps implements Taps {
  /** [B, L, X] of each layer with experts. */
  readonly scores: tf.Tensor3D[] = [];
  readonly #taps: Taps | undefined;

  constructor(taps: Taps | undefined) {
    this.#taps = taps;
  }

  wants(path: string): boolean {
    return isRouter(path) || (this.#taps?.wants(path) ?? false);
  }

  wantsInside(module: string): boolean {
    return this.#taps?.wantsInside(module) ?? false; // layers with experts are never one kernel
  }

  tap(path: string, value: tf.Tensor): tf.Tensor {
    const next = this.#taps?.tap(path, value) ?? value;
    if (isRouter(path)) this.scores.push(tf.keep(tf.clone(next)) as tf.Tensor3D);
    return next;
  }

  /** Disposes of the scores. */
  dispose(): void {
    tf.dispose(this.scores);
  }
}

function isRouter(path: string): boolean {
  return path.endsWith(".ffn.router");
}

/**
 * The load-balancing loss of a mixture of experts (Switch Transformer, arXiv:2101.03961, equations 4 to 6): of all layers
 * together, the number of experts times the sum over experts of the share of choices that an expert has and its mean probability.
 *
 * @param scores [B, L, X] of each layer
 * @param mask [B, L] bool, false at tokens that do not count
 */
export function balanceLoss(
  scores: readonly tf.Tensor3D[],
  perToken: number,
  mask: tf.Tensor | undefined,
): tf.Scalar {
  const count = scores[0]?.shape[2] ?? 0;
  if (count === 0) return tf.scalar(0);
  const all = tf.concat(scores.map((each) => tf.reshape(each, [-1, count]))); // [N, X]
  const rows = all.shape[0] / scores.length;
  const ones = tf.ones([rows, 1]);
  const kept = mask === undefined ? ones : tf.where(tf.reshape(mask, [rows, 1]), ones, tf.zerosLike(ones));
  const counts = tf.tile(kept, [scores.length, 1]); // [N, 1]
  const probabilities = tf.softmax(all);
  const ids = tf.cast(tf.topk(probabilities, perToken).indices, "int32");
  const chosen = tf.cast(tf.oneHot(ids, count), "float32"); // [N, k, X]
  const choices = tf.sum(tf.mul(chosen, tf.expandDims(counts, 2)), [0, 1]); // [X]; what is cast is no float on webgpu until then
  const total = tf.sum(counts);
  const means = tf.div(tf.sum(tf.mul(probabilities, counts), 0), total); // [X]
  return tf.mul(tf.sum(tf.mul(tf.div(choices, total), means)), count) as tf.Scalar;
}
