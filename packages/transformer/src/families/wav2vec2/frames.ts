import * as tf from "@tensorflow/tfjs-core";

/**
 * Lays the steps under each place of a convolution side by side.
 *
 * @param x [B, L, I]
 * @returns [B, T, kernel * I], T the number of places: floor((L - kernel) / stride) + 1
 */
export function frames(x: tf.Tensor3D, kernel: number, stride: number): tf.Tensor3D {
  const [batch, length, width] = x.shape;
  const places = placesOf(length, kernel, stride);
  if (stride === 1) return neighbours(x, kernel);
  // Strides as rows: a kernel then covers some neighbouring rows, of the last perhaps a part.
  const covered = Math.ceil(kernel / stride);
  const rows = places - 1 + covered;
  const steps = rows * stride;
  const even = steps > length ? tf.pad(x, [[0, 0], [0, steps - length], [0, 0]]) : tf.slice(x, [0, 0, 0], [batch, steps, width]); // prettier-ignore
  const wide = neighbours(tf.reshape(even, [batch, rows, stride * width]), covered);
  return covered * stride === kernel ? wide : tf.slice(wide, [0, 0, 0], [batch, places, kernel * width]);
}

/** The number of places of a convolution without padding. */
export function placesOf(length: number, kernel: number, stride: number): number {
  return Math.floor((length - kernel) / stride) + 1;
}

/** [B, L, I] -> [B, L - count + 1, count * I], by halves, so that a wide kernel takes few operations */
function neighbours(x: tf.Tensor3D, count: number): tf.Tensor3D {
  if (count === 1) return x;
  const [batch, length] = x.shape;
  const [first, second] = [count >> 1, count - (count >> 1)];
  const places = length - count + 1;
  const from = (wide: tf.Tensor3D, start: number) => tf.slice(wide, [0, start, 0], [batch, places, wide.shape[2]]);
  const a = neighbours(x, first);
  const b = first === second ? a : neighbours(x, second);
  return tf.concat([from(a, 0), from(b, first)], 2);
}
