import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "./checks/argumentChecks.ts";
import { FUSED_KERNELS, hasKernel, runFused, runFusedFirst } from "./fusedKernel.ts";

/**
 * How rows of keys and values are held in fewer bits: halves; or codes of 8 bits in groups of 32, each with a float that they
 * are multiplied by.
 */
export type RowFormat = "float16" | "q8";

/** The attributes of the kernels QkvWriteCachedRows and QkvReadCachedRows. */
export interface CachedRowsAttrs {
  readonly format: RowFormat;
  /** D */
  readonly width: number;
  /** The place of the first row to write. */
  readonly first: number;
  /** Number of rows of each head to read. */
  readonly length: number;
}

/** The attributes of the kernel QkvMoveCachedRows. */
export interface MoveCachedRowsAttrs {
  /** Number of rows of each head to move. */
  readonly length: number;
  /** Of the new buffer, at least as many. */
  readonly capacity: number;
}

const GROUP = 32;

/** Number of 32-bit words of a row of D numbers. @param width D, a multiple of 4 */
export function cachedRowWords(format: RowFormat, width: number): number {
  return format === "float16" ? width / 2 : width / 4 + Math.ceil(width / GROUP);
}

/** Whether the current backend holds keys and values in fewer bits: wasm and webgpu do. */
export function hasCachedRows(): boolean {
  return hasKernel(FUSED_KERNELS.writeCachedRows);
}

/**
 * Writes rows into a buffer of fewer bits, in place.
 *
 * Kernel: QkvWriteCachedRows `{ buffer, rows }` with {@link CachedRowsAttrs} writes into the buffer, and returns nothing.
 *
 * @param buffer [B, H, C, W] int32, W being {@link cachedRowWords}; no other tensor shares its memory
 * @param rows [B, H, L, D] float32
 * @param first the place of the first of them
 * @throws RangeError if the rows do not fit, or the backend has no such kernel
 */
export function writeCachedRows(buffer: tf.Tensor4D, rows: tf.Tensor4D, first: number, format: RowFormat): void {
  checkTensor("writeCachedRows", "buffer", buffer, "[B, H, C, W]", "int32");
  checkTensor("writeCachedRows", "rows", rows, "[B, H, L, D]", "float32");
  const [batch, heads, capacity] = buffer.shape;
  const [, , length, width] = rows.shape;
  checkWidth("writeCachedRows", width);
  const fits = tf.util.arraysEqual(buffer.shape, [
    rows.shape[0],
    rows.shape[1],
    capacity,
    cachedRowWords(format, width),
  ]);
  if (!fits || !Number.isInteger(first) || first < 0 || first + length > capacity) {
    throw new RangeError(
      `writeCachedRows: expected rows of ${format} that fit into [${batch},${heads},${capacity},${buffer.shape[3]}] from ${first} on, got [${rows.shape}]`,
    );
  }
  checkKernel("writeCachedRows");
  runFused(FUSED_KERNELS.writeCachedRows, { buffer, rows }, { format, width, first, length } satisfies CachedRowsAttrs);
}

/**
 * Reads the first rows of each head of a buffer of fewer bits.
 *
 * Kernel: QkvReadCachedRows `{ buffer }` with {@link CachedRowsAttrs} -> rows [B, H, L, D] float32.
 *
 * @param buffer [B, H, C, W] int32
 * @param width D
 * @returns [B, H, L, D]
 * @throws RangeError if there are not so many, or the backend has no such kernel
 */
export function readCachedRows(buffer: tf.Tensor4D, length: number, width: number, format: RowFormat): tf.Tensor4D {
  checkTensor("readCachedRows", "buffer", buffer, "[B, H, C, W]", "int32");
  checkWidth("readCachedRows", width);
  const [, , capacity, words] = buffer.shape;
  if (words !== cachedRowWords(format, width) || !(length >= 0 && length <= capacity)) {
    throw new RangeError(
      `readCachedRows: expected ${length} rows of ${width} in ${format}, got a buffer of [${buffer.shape}]`,
    );
  }
  checkKernel("readCachedRows");
  const attrs = { format, width, first: 0, length } satisfies CachedRowsAttrs;
  return runFusedFirst(FUSED_KERNELS.readCachedRows, { buffer }, attrs) as tf.Tensor4D;
}

/**
 * Copies the first rows of each head of a buffer of fewer bits into a new one, bit by bit: of another capacity, of some texts of the
 * batch alone, or of some more than once. What is behind those rows may be anything.
 *
 * Kernel: QkvMoveCachedRows `{ buffer, texts }` with {@link MoveCachedRowsAttrs} -> [N, H, C, W] int32, for backends whose own
 * operations take words through floats. Others compose it.
 *
 * @param buffer [B, H, C0, W] int32
 * @param texts [N] int32, for each text of the new buffer the one that it was. Default all as they are
 * @returns [N, H, capacity, W]
 * @throws RangeError if there are not so many rows, or there is no room for them
 */
export function moveCachedRows(
  buffer: tf.Tensor4D,
  length: number,
  capacity: number,
  texts?: tf.Tensor1D,
): tf.Tensor4D {
  checkTensor("moveCachedRows", "buffer", buffer, "[B, H, C, W]", "int32");
  const [batch, heads, had, words] = buffer.shape;
  if (!(length >= 0 && length <= had && length <= capacity)) {
    throw new RangeError(
      `moveCachedRows: expected at most ${Math.min(had, capacity)} rows, those of [${buffer.shape}] that ${capacity} have room for, got ${length}`,
    );
  }
  if (hasKernel(FUSED_KERNELS.moveCachedRows)) {
    const attrs = { length, capacity } satisfies MoveCachedRowsAttrs;
    return runFusedFirst(FUSED_KERNELS.moveCachedRows, { buffer, texts }, attrs) as tf.Tensor4D;
  }
  return tf.tidy(() => {
    const chosen = texts === undefined ? buffer : tf.gather(buffer, texts);
    const [count = batch] = chosen.shape;
    const used = length === had ? chosen : tf.slice(chosen, [0, 0, 0, 0], [count, heads, length, words]);
    if (length === capacity) return tf.clone(used);
    return tf.concat([used, tf.zeros<tf.Rank.R4>([count, heads, capacity - length, words], "int32")], 2);
  });
}

function checkWidth(who: string, width: number): void {
  if (width % 4 === 0 && width > 0) return;
  throw new RangeError(`${who}: expected heads of a width that is a multiple of 4, got ${width}`);
}

function checkKernel(who: string): void {
  if (hasCachedRows()) return;
  throw new RangeError(
    `${who}: expected a backend with kernels for fewer bits, which wasm and webgpu have, got ${tf.getBackend()}`,
  );
}
