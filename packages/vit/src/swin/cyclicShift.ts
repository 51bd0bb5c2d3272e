import { checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/**
 * Shifts a grid cyclically, up and to the left by `by` places; below 0 down and to the
 * right: `torch.roll` by `-by` on both axes.
 *
 * @param x [B, height, width, E]
 */
export function cyclicShift(x: tf.Tensor, by: number): tf.Tensor4D {
  checkTensor("cyclicShift", "x", x, "[B, H, W, E]");
  if (by === 0) return tf.clone(x);
  return tf.tidy(() => rolled(rolled(x, 1, by), 2, by));
}

function rolled(x: tf.Tensor4D, axis: 1 | 2, by: number): tf.Tensor4D {
  const size = x.shape[axis];
  const first = ((by % size) + size) % size;
  const [head, tail] = tf.split(x, [first, size - first], axis) as [tf.Tensor4D, tf.Tensor4D];
  return tf.concat([tail, head], axis);
}
