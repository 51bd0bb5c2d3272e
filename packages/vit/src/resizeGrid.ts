import { checkRecord, checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { Size } from "./imageModel.ts";

/** Options of {@link resizeGrid}. */
export interface ResizeOptions {
  /** Widens the filter when the grid shrinks, as PyTorch's `interpolate` does with `antialias=True`. */
  readonly antialias: boolean;
}

/**
 * Resizes a grid of vectors by bicubic interpolation with half-pixel centres:
 * `torch.nn.functional.interpolate(mode="bicubic", align_corners=False)`.
 *
 * @param x [rows * columns, E]
 * @returns [newRows * newColumns, E]
 * @throws RangeError if x has not a row for each place of the old grid
 */
export function resizeGrid(x: tf.Tensor, from: Size, to: Size, options: ResizeOptions): tf.Tensor2D {
  checkRecord("resizeGrid", "options", options);
  const { antialias } = options;
  checkTensor("resizeGrid", "x", x, "[...]");
  checkTensor("resizeGrid", "x", x, "[L, E]");
  const [rows, columns] = from;
  const [newRows, newColumns] = to;
  const [places, dModel] = x.shape;
  if (places !== rows * columns) {
    throw new RangeError(`resizeGrid: expected ${rows} x ${columns} vectors, got [${x.shape}]`);
  }
  return tf.tidy(() => {
    const filter = (before: number, after: number) =>
      tf.tensor2d(bicubicWeights(before, after, { antialias }), [after, before]);
    const down = tf.matMul(filter(rows, newRows), tf.reshape(x, [rows, columns * dModel])); // [newRows, columns * E]
    const turned = tf.transpose(tf.reshape(down, [newRows, columns, dModel]), [1, 0, 2]); // [columns, newRows, E]
    const across = tf.matMul(filter(columns, newColumns), tf.reshape(turned, [columns, newRows * dModel]));
    const back = tf.transpose(tf.reshape(across, [newColumns, newRows, dModel]), [1, 0, 2]);
    return tf.reshape(back, [newRows * newColumns, dModel]);
  });
}

/**
 * Bicubic interpolation weights of each of `before` places in each of `after` places.
 *
 * @returns after * before numbers, to be read as [after, before]; each row sums to 1
 */
export function bicubicWeights(before: number, after: number, { antialias }: ResizeOptions): Float32Array {
  const scale = before / after;
  const stretch = antialias ? Math.max(scale, 1) : 1;
  const sharpness = antialias ? -0.5 : -0.75; // PyTorch's two kernels: PIL's, and OpenCV's
  const weights = new Float32Array(after * before);
  for (let i = 0; i < after; i++) {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.floor(centre - 2 * stretch) + 1;
    const last = Math.ceil(centre + 2 * stretch) - 1;
    // With antialias, what lies beyond the border is left out; without, the border repeats.
    const taps = Array.from({ length: last - first + 1 }, (_, k) => ({
      at: first + k,
      weight: cubic((first + k - centre) / stretch, sharpness),
    })).filter(({ at }) => !antialias || (at >= 0 && at < before));
    const sum = taps.reduce((total, { weight }) => total + weight, 0);
    for (const { at, weight } of taps) {
      const place = i * before + Math.min(Math.max(at, 0), before - 1);
      weights[place] = (weights[place] ?? 0) + weight / sum;
    }
  }
  return weights;
}

/** Keys's cubic convolution kernel (1981), 0 from a distance of 2 on. */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}
