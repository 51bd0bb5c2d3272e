import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "../checks/argumentChecks.ts";
import { packedRowRange } from "./packedKernels.ts";
import { magnitudeFactors } from "./magnitudeFactors.ts";
import { isPacked, isWeight, type Weight } from "./weight.ts";

/**
 * Computes the numbers of a weight as one tensor, its adapter folded in: for operations that have no way of their own
 * with a format or an adapter, as `linear` and `embedding` do. The caller owns the result; gradients pass.
 */
export function denseOf<R extends tf.Rank>(weight: Weight<R> | tf.Tensor<R>): tf.Tensor<R> {
  if (!isWeight(weight)) {
    checkTensor("denseOf", "weight", weight, "[...]");
    return tf.clone(weight);
  }
  const { adapter, shape } = weight;
  return tf.tidy(() => {
    const data = isPacked(weight) ? packedRowRange("denseOf", weight, 0, shape[0] ?? 0) : floatsOf("denseOf", weight);
    if (adapter === undefined) return tf.clone(data);
    const update = tf.matMul(tf.mul(adapter.b, adapter.scale), adapter.a);
    const sum = tf.add(data, tf.reshape(update, shape));
    if (adapter.magnitude === undefined) return sum;
    return tf.mul(sum, tf.expandDims(magnitudeFactors(weight, adapter, adapter.magnitude), 1));
  }) as tf.Tensor<R>;
}

/** The numbers of a weight that is not packed, without its adapter: borrowed. @throws RangeError if they are disposed of */
export function floatsOf(who: string, weight: Weight): tf.Tensor {
  const { data } = weight.parts;
  checkTensor(who, "weight", data, "[...]");
  return data;
}
