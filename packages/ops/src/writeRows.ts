import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "./checks/argumentChecks.ts";
import { FUSED_KERNELS, hasKernel, runFused } from "./fusedKernel.ts";

/** The attributes of the kernel QkvWriteRows: the place of the first row. */
export interface WriteRowsAttrs {
  readonly first: number;
}

/**
 * Writes rows into a buffer with room for C of each head: the keys or values of new positions. In place where the
 * backend has the kernel (wasm), so that rows cost the same however many there are; then `buffer` itself is the result.
 * Elsewhere it is a new tensor.
 *
 * Kernel: QkvWriteRows `{ buffer, rows }` with `WriteRowsAttrs` writes into the buffer, and returns nothing.
 *
 * @param buffer [B, H, C, D] float32; no other tensor shares its memory
 * @param rows [B, H, L, D] float32
 * @param first the place of the first of them
 * @returns [B, H, C, D]
 * @throws RangeError if the rows do not fit
 */
export function writeRows(buffer: tf.Tensor4D, rows: tf.Tensor4D, first: number): tf.Tensor4D {
  checkTensor("writeRows", "buffer", buffer, "[B, H, C, D]", "float32");
  checkTensor("writeRows", "rows", rows, "[B, H, L, D]", "float32");
  const [batch, heads, capacity, width] = buffer.shape;
  const [, , length] = rows.shape;
  const fits = tf.util.arraysEqual(rows.shape, [batch, heads, length, width]);
  if (!fits || !Number.isInteger(first) || first < 0 || first + length > capacity) {
    throw new RangeError(
      `writeRows: expected rows that fit into [${buffer.shape}] from ${first} on, got [${rows.shape}]`,
    );
  }
  if (hasKernel(FUSED_KERNELS.writeRows)) {
    runFused(FUSED_KERNELS.writeRows, { buffer, rows }, { first } satisfies WriteRowsAttrs);
    return buffer;
  }
  return tf.tidy(() => {
    const part = (from: number, to: number) => tf.slice(buffer, [0, 0, from, 0], [batch, heads, to - from, width]);
    return tf.concat([part(0, first), rows, part(first + length, capacity)], 2);
  });
}
