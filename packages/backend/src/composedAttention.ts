import * as tf from "@tensorflow/tfjs-core";
import type { AttentionAttrs } from "./attention.ts";
import { dropoutFactors, type DropoutKey } from "./dropoutHash.ts";
import { sumTo } from "./gradients/sumTo.ts";

/** The inputs of the kernel QkvAttention; `mask` and `bias` have rank 4, or shape [0] where there is none. */
export interface AttentionInputs {
  readonly q: tf.Tensor;
  readonly k: tf.Tensor;
  readonly v: tf.Tensor;
  readonly mask: tf.Tensor;
  readonly bias: tf.Tensor;
}

/**
 * Attention written in tfjs operations, with a [B, H, Q, K] matrix in memory.
 *
 * @returns [B, H, Q, D]
 */
export function composedAttention(inputs: AttentionInputs, attrs: AttentionAttrs): tf.Tensor4D {
  const weights = attentionWeights(inputs, attrs);
  const kept = attrs.dropout === undefined ? weights : tf.mul(weights, factors(weights.shape, attrs.dropout));
  return tf.matMul(kept as tf.Tensor4D, inputs.v as tf.Tensor4D);
}

/**
 * The gradient of the bias, where `dy` is that of the result.
 *
 * @param dy [B, H, Q, D]
 * @returns the shape of the bias
 */
export function attentionBiasGradient(inputs: AttentionInputs, dy: tf.Tensor, attrs: AttentionAttrs): tf.Tensor {
  const weights = attentionWeights(inputs, attrs); // [B, H, Q, K]
  const products = tf.matMul(dy as tf.Tensor4D, inputs.v as tf.Tensor4D, false, true);
  const dWeights = attrs.dropout === undefined ? products : tf.mul(products, factors(weights.shape, attrs.dropout));
  const weighted = tf.mul(weights, dWeights);
  return sumTo(tf.sub(weighted, tf.mul(weights, tf.sum(weighted, -1, true))), inputs.bias.shape);
}

/** [B, H, Q, K], before dropout. */
function attentionWeights({ q, k, mask, bias }: AttentionInputs, { scale, causal }: AttentionAttrs): tf.Tensor {
  const products = tf.mul(tf.matMul(q as tf.Tensor4D, k as tf.Tensor4D, false, true), scale);
  const scores = bias.rank === 4 ? tf.add(products, bias) : products;
  const [, , queries = 0, keys = 0] = scores.shape;
  const visible = mask.rank === 4 ? mask : undefined;
  if (!causal) return maskedSoftmax(scores, visible);
  const triangle = causalMask(queries, keys);
  return maskedSoftmax(scores, visible === undefined ? triangle : tf.logicalAnd(visible, triangle));
}

function factors(shape: number[], key: DropoutKey): tf.Tensor {
  return tf.tensor(dropoutFactors(key, tf.util.sizeFromShape(shape)), shape);
}

// -1e9 and not -Infinity: WGSL lets a compiler assume that infinities do not occur.
function maskedSoftmax(scores: tf.Tensor, visible: tf.Tensor | undefined): tf.Tensor {
  if (visible === undefined) return tf.softmax(scores);
  const everywhere = tf.broadcastTo(visible, scores.shape); // [B, H, Q, K]
  const hidden = tf.fill(scores.shape, -1e9);
  const weights = tf.softmax(tf.where(everywhere, scores, hidden));
  return tf.mul(weights, tf.cast(everywhere, "float32"));
}

function causalMask(queries: number, keys: number): tf.Tensor {
  const last = tf.range(keys - queries, keys, 1, "int32");
  return tf.greaterEqual(tf.reshape(last, [queries, 1]), tf.reshape(tf.range(0, keys, 1, "int32"), [1, keys])); // [Q, K]
}
