import { checkBackend, checkRecord, checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { checkInteger } from "../checks/argumentChecks.ts";

/** A grid cut into square windows, after it was shifted up and to the left (Swin, arXiv:2103.14030, section 3.2). */
export interface ShiftedWindows {
  /** Multiples of the window. */
  readonly height: number;
  readonly width: number;
  /** M: the side of a window. */
  readonly window: number;
  /** From 0 to M - 1. */
  readonly shift: number;
}

/**
 * Creates the mask that separates positions which a cyclic shift brought into one window though they are far apart in
 * the grid: added to the scores, 0 for neighbours and -100 for others, as in the Swin of its authors and of Hugging
 * Face.
 *
 * @returns [numWindows, M * M, M * M] float32, windows row by row
 * @throws RangeError if the windows do not fill the grid
 */
export function shiftedWindowMask(grid: ShiftedWindows): tf.Tensor3D {
  checkRecord("shiftedWindowMask", "grid", grid);
  checkBackend("shiftedWindowMask");
  checkGrid(grid);
  const { height, width, window, shift } = grid;
  return tf.tidy(() => {
    // Three bands on each axis: what no shift moves, the rest of the last whole window, and what came around.
    const band = (at: number, size: number) => (at < size - window ? 0 : at < size - shift ? 1 : 2);
    const regions = Array.from(
      { length: height * width },
      (_, i) => 3 * band(Math.floor(i / width), height) + band(i % width, width),
    );
    const inWindows = windowsOf(tf.tensor(regions, [1, height, width, 1]), window); // [numWindows, M * M, 1]
    const strangers = tf.notEqual(inWindows, tf.transpose(inWindows, [0, 2, 1]));
    return tf.mul(tf.cast(strangers, "float32"), -100) as tf.Tensor3D;
  });
}

/**
 * Cuts a grid into windows, row by row.
 *
 * @param x [B, height, width, E]
 * @returns [B * numWindows, M * M, E]
 * @throws RangeError if the windows do not fill the grid
 */
export function windowsOf(x: tf.Tensor, window: number): tf.Tensor3D {
  checkTensor("windowsOf", "x", x, "[...]");
  const [batch = 0, height = 0, width = 0, dModel = 0] = x.shape;
  if (x.rank !== 4 || height % window !== 0 || width % window !== 0) {
    throw new RangeError(
      `windowsOf: expected x [B, height, width, E] with sides that are multiples of ${window}, got [${x.shape}]`,
    );
  }
  return tf.tidy(() => {
    const cut = tf.reshape(x, [batch * (height / window), window, width / window, window * dModel]);
    const sorted = tf.transpose(cut, [0, 2, 1, 3]); // [B * rows, columns, M, M * E]
    return tf.reshape(sorted, [-1, window * window, dModel]);
  });
}

/**
 * Joins the windows of the grid that {@link windowsOf} cut.
 *
 * @param windows [B * numWindows, M * M, E]
 * @returns [B, height, width, E]
 * @throws RangeError if the windows do not fill grids of that size
 */
export function joinWindows(windows: tf.Tensor, options: Omit<ShiftedWindows, "shift">): tf.Tensor4D {
  checkTensor("joinWindows", "windows", windows, "[...]");
  checkRecord("joinWindows", "options", options);
  const { height, width, window } = options;
  checkTensor("joinWindows", "windows", windows, "[B, L, E]");
  const [count, places, dModel] = windows.shape;
  const [rows, columns] = [height / window, width / window];
  const batch = count / (rows * columns);
  if (places !== window ** 2 || ![rows, columns, batch].every(Number.isInteger)) {
    throw new RangeError(
      `joinWindows: expected windows of ${window} x ${window} that fill grids of ${height} x ${width}, got [${windows.shape}]`,
    );
  }
  return tf.tidy(() => {
    const sorted = tf.reshape(windows, [batch * rows, columns, window, window * dModel]);
    return tf.reshape(tf.transpose(sorted, [0, 2, 1, 3]), [batch, height, width, dModel]);
  });
}

function checkGrid({ height, width, window, shift }: ShiftedWindows): void {
  checkInteger("shiftedWindowMask", "window", window, 1);
  checkInteger("shiftedWindowMask", "shift", shift, 0);
  const fits = (size: number) => Number.isInteger(size / window) && size > 0;
  if (!fits(height) || !fits(width) || shift >= window) {
    throw new RangeError(
      `shiftedWindowMask: expected a height and width that are multiples of the window, and a shift below it, ` +
        `got ${height} x ${width}, window ${window}, shift ${shift}`,
    );
  }
}
