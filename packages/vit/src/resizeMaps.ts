import * as tf from "@tensorflow/tfjs-core";
import type { Size } from "./imageModel.ts";

/** Options of {@link resizeMaps}. */
interface CornerOptions {
  /** Whether the middles of corner places stay where they are, or the outer edges of these. */
  readonly alignCorners: boolean;
}

/**
 * Resizes maps by bilinear interpolation: `torch.nn.functional.interpolate(mode="bilinear")`, as products, which have gradients on
 * every backend. Does not tidy.
 *
 * @param x [B, H, W, C]
 * @returns [B, ...to, C]
 */
export function resizeMaps(x: tf.Tensor4D, to: Size, { alignCorners }: CornerOptions): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = to;
  if (height === rows && width === columns) return x;
  const filter = (before: number, after: number) =>
    tf.tensor2d(bilinearWeights(before, after, alignCorners), [after, before]);
  const [down, across] = [filter(height, rows), filter(width, columns)];
  const images = tf.unstack(x).map((image) => {
    const tall = tf.matMul(down, tf.reshape(image, [height, width * channels])); // [rows, W * C]
    const turned = tf.transpose(tf.reshape(tall, [rows, width, channels]), [1, 0, 2]); // [W, rows, C]
    const wide = tf.matMul(across, tf.reshape(turned, [width, rows * channels]));
    return tf.transpose(tf.reshape(wide, [columns, rows, channels]), [1, 0, 2]);
  });
  return tf.reshape(tf.stack(images), [batch, rows, columns, channels]);
}

/** after * before weights, to be read as [after, before]: of each place those of the two that it lies between. */
function bilinearWeights(before: number, after: number, alignCorners: boolean): Float32Array {
  const weights = new Float32Array(after * before);
  const step = after > 1 ? (before - 1) / (after - 1) : 0;
  for (let i = 0; i < after; i++) {
    const place = Math.fround(alignCorners ? i * step : Math.max(0, ((i + 0.5) * before) / after - 0.5));
    const first = Math.min(Math.floor(place), before - 1);
    const share = place - first;
    const second = Math.min(first + 1, before - 1);
    weights[i * before + first] = (weights[i * before + first] ?? 0) + 1 - share;
    weights[i * before + second] = (weights[i * before + second] ?? 0) + share;
  }
  return weights;
}
