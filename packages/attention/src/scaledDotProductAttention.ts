import { attention, type AttentionOptions as KernelOptions } from "@qkv/backend";
import { dropout, type RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { causalMask } from "./masks.ts";

// Letters used for shapes throughout this package:
//   B batch   H heads   Q query length   K key length   L length   D head width   E model width (H * D)

/** Who may look at whom, and how scores become weights. */
export interface AttentionOptions {
  /** Which keys a query may look at: `true` keeps a key, `false` hides it. bool, broadcastable to [B, H, Q, K]. */
  readonly mask?: tf.Tensor;
  /** Hides the keys that come after each query. The last query lines up with the last key. Default false. */
  readonly causal?: boolean;
  /** Added to the scores before the softmax, as relative positions are. Broadcastable to [B, H, Q, K]. */
  readonly bias?: tf.Tensor;
  /** Multiplies the scores. Default 1 / sqrt(D). */
  readonly scale?: number;
  /** Chance of dropping an attention weight while `random` is given. Default 0. */
  readonly dropout?: number;
  /** Given while training: where dropout draws its masks from. */
  readonly random?: RandomStream;
}

/**
 * softmax(q kᵀ * scale + bias) v over the keys that the masks leave visible ("Attention Is All You Need", section
 * 3.2.1). A query with no visible key gets zeros. The backend's fused kernel answers where it has one.
 *
 * @param q [B, H, Q, D]
 * @param k [B, H, K, D]
 * @param v [B, H, K, D]
 * @returns [B, H, Q, D]
 */
export function scaledDotProductAttention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  { dropout: rate = 0, random, ...options }: AttentionOptions = {},
): tf.Tensor4D {
  checkHeadWidths(q, k);
  const kernelOptions: KernelOptions =
    random === undefined || rate === 0 ? options : { ...options, dropout: { rate, seed: random.next() } };
  return attention(q, k, v, kernelOptions);
}

/**
 * How much each query looks at each key: the weights of {@link scaledDotProductAttention}.
 *
 * @param q [B, H, Q, D]
 * @param k [B, H, K, D]
 * @returns [B, H, Q, K]; each row sums to 1, or to 0 if no key is visible
 */
export function attentionWeights(q: tf.Tensor4D, k: tf.Tensor4D, options: AttentionOptions = {}): tf.Tensor4D {
  checkHeadWidths(q, k);
  const { mask, causal = false, bias, dropout: rate = 0, random, scale = 1 / Math.sqrt(q.shape[3]) } = options;
  return tf.tidy(() => {
    let scores: tf.Tensor = tf.mul(tf.matMul(q, k, false, true), scale); // [B, H, Q, K]
    if (bias) scores = tf.add(scores, bias);

    const past = causal ? causalMask(q.shape[2], k.shape[2]) : undefined;
    const visible = mask && past ? tf.logicalAnd(mask, past) : (mask ?? past);
    if (visible) scores = tf.where(tf.broadcastTo(visible, scores.shape), scores, HIDDEN_SCORE);

    let weights: tf.Tensor = tf.softmax(scores);
    if (visible) weights = tf.mul(weights, tf.cast(visible, "float32")); // a row with no visible key becomes 0
    return dropout(weights, rate, random) as tf.Tensor4D;
  });
}

// Vanishes in a softmax, and is finite: WGSL lets a compiler assume that no infinity ever occurs.
const HIDDEN_SCORE = -1e9;

function checkHeadWidths(q: tf.Tensor4D, k: tf.Tensor4D): void {
  if (q.shape[3] !== k.shape[3]) {
    throw new RangeError(`attention: expected q and k of one head width, got q [${q.shape}], k [${k.shape}]`);
  }
}
