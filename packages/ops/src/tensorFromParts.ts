import { checkArray } from "./checks/argumentChecks.ts";
import * as tf from "@tensorflow/tfjs-core";
import { FUSED_KERNELS, hasKernel, runFused, runFusedFirst } from "./fusedKernel.ts";

/** A part of a tensor's elements, which follow those of the part before. */
export interface TensorPart {
  /** Number of elements. */
  readonly length: number;
  /** Writes all elements. */
  fill(into: Float32Array): void;
}

/** The attributes of the kernel QkvWritePart: the index of the first element, and the part. */
export interface WritePartAttrs extends TensorPart {
  readonly start: number;
}

/**
 * Creates a tensor from parts of its elements, in order. Where the backend has the kernel, each part is written
 * into the backend's memory as it comes, and nothing else holds it; elsewhere an array holds the parts until all are
 * there.
 *
 * Kernels: QkvUnwritten, with the shape and the dtype, returns a tensor of undefined elements; QkvWritePart `{ x }` with
 * `WritePartAttrs` writes some of them and returns nothing.
 *
 * @param dtype of int32 parts fill the bits of floats, which are those of integers
 * @returns [...shape]
 * @throws RangeError if the parts have more or fewer elements than the shape
 */
export async function tensorFromParts(
  shape: readonly number[],
  parts: AsyncIterable<TensorPart>,
  dtype: "float32" | "int32" = "float32",
): Promise<tf.Tensor> {
  checkArray("tensorFromParts", "shape", shape);
  const size = tf.util.sizeFromShape([...shape]);
  const to = targetOf(shape, size, dtype);
  let start = 0;
  try {
    for await (const part of parts) {
      const end = start + part.length;
      if (end > size) throw new RangeError(`tensorFromParts: expected ${size} elements for [${shape}], got ${end}`);
      to.write(part, start);
      start = end;
    }
    if (start < size) throw new RangeError(`tensorFromParts: expected ${size} elements for [${shape}], got ${start}`);
  } catch (error) {
    to.dispose();
    throw error;
  }
  return to.tensor();
}

/** Creates a tensor of words as {@link tensorFromParts} does of parts, of which they are the only one. @returns [words] */
export function tensorFromWords(words: Int32Array): tf.Tensor1D {
  const { length } = words;
  const to = targetOf([length], length, "int32");
  to.write({ length, fill: (into) => new Int32Array(into.buffer, into.byteOffset, length).set(words) }, 0);
  return to.tensor() as tf.Tensor1D;
}

function targetOf(shape: readonly number[], size: number, dtype: "float32" | "int32"): Target {
  return hasKernel(FUSED_KERNELS.writePart) ? inBackend(shape, dtype) : inArray(shape, size, dtype);
}

interface Target {
  write(part: TensorPart, start: number): void;
  tensor(): tf.Tensor;
  dispose(): void;
}

function inBackend(shape: readonly number[], dtype: "float32" | "int32"): Target {
  const x = runFusedFirst(FUSED_KERNELS.unwritten, {}, { shape, dtype });
  return {
    write: (part, start) =>
      void runFused(FUSED_KERNELS.writePart, { x }, { start, length: part.length, fill: part.fill.bind(part) }),
    tensor: () => x,
    dispose: () => x.dispose(),
  };
}

function inArray(shape: readonly number[], size: number, dtype: "float32" | "int32"): Target {
  const data = new Float32Array(size);
  return {
    write: (part, start) => part.fill(data.subarray(start, start + part.length)),
    tensor: () => tf.tensor(dtype === "int32" ? new Int32Array(data.buffer) : data, [...shape], dtype),
    dispose: () => undefined,
  };
}
