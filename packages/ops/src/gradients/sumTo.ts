import * as tf from "@tensorflow/tfjs-core";

/** `x` summed over the axes along which a tensor of `shape` was broadcast to become it. */
export function sumTo(x: tf.Tensor, shape: number[]): tf.Tensor {
  // Not tfjs's getReductionAxes: it forgets an axis of 1 that was broadcast to 0.
  const added = x.rank - shape.length;
  const axes = x.shape.flatMap((size, axis) =>
    axis < added || (shape[axis - added] === 1 && size !== 1) ? [axis] : [],
  );
  return tf.reshape(axes.length === 0 ? x : tf.sum(x, axes), shape);
}
