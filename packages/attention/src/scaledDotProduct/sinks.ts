import * as tf from "@tensorflow/tfjs-core";

// A sink is an extra key: no mask hides it, its score is a learned number for each head, and its value is zero.

/** The sinks' scores in front of the others. @param scores [B, H, Q, K]  @param sinks [H]  @returns [B, H, Q, 1 + K] */
export function withSinkScores(scores: tf.Tensor, sinks: tf.Tensor): tf.Tensor {
  const [batch = 0, heads = 0, queries = 0] = scores.shape;
  checkSinks(sinks, heads);
  const column = tf.broadcastTo(tf.reshape(sinks, [1, heads, 1, 1]), [batch, heads, queries, 1]);
  return tf.concat([column, scores], 3);
}

/** [B, H, Q, 1 + K] -> [B, H, Q, K] */
export function withoutSinks(weights: tf.Tensor): tf.Tensor {
  const [batch = 0, heads = 0, queries = 0, keys = 0] = weights.shape;
  return tf.slice(weights, [0, 0, 0, 1], [batch, heads, queries, keys - 1]);
}

/** Inputs of attention in which the sinks are a key. */
export interface SinkInputs {
  readonly keys: tf.Tensor4D;
  readonly values: tf.Tensor4D;
  readonly mask: tf.Tensor | undefined;
  readonly bias: tf.Tensor;
}

/**
 * Turns the sinks into a zero key with a zero value in front of all others, and a bias that is their score: every
 * attention kernel supports that. In front, so that `causal`, which counts from the last key, is unchanged.
 *
 * @param mask rank 4
 * @param bias rank 4
 */
export function sinksAsKey(
  { keys, values, mask, bias }: Omit<SinkInputs, "bias"> & { readonly bias: tf.Tensor | undefined },
  sinks: tf.Tensor,
  heads: number,
): SinkInputs {
  checkSinks(sinks, heads);
  const length = keys.shape[2];
  const scores = tf.pad(tf.reshape(sinks, [1, heads, 1, 1]), [...NONE, [0, length]]); // [1, H, 1, 1 + K]
  return {
    keys: tf.pad(keys, FRONT_KEY),
    values: tf.pad(values, FRONT_KEY),
    mask: mask && tf.concat([tf.ones([...mask.shape.slice(0, 3), 1], "bool"), alongKeys(mask, length)], 3),
    bias: bias === undefined ? scores : tf.add(scores, tf.pad(alongKeys(bias, length), [...NONE, [1, 0]])),
  };
}

const NONE: [number, number][] = [[0, 0], [0, 0], [0, 0]]; // prettier-ignore
const FRONT_KEY: [number, number][] = [[0, 0], [0, 0], [1, 0], [0, 0]]; // prettier-ignore

function alongKeys(x: tf.Tensor, length: number): tf.Tensor {
  return tf.broadcastTo(x, [...x.shape.slice(0, 3), length]);
}

function checkSinks(sinks: tf.Tensor, heads: number): void {
  if (sinks.rank !== 1 || sinks.shape[0] !== heads) {
    throw new RangeError(`attention: expected sinks [${heads}], one for each head, got [${sinks.shape}]`);
  }
}
