import { checkArray } from "./checks/argumentChecks.ts";
import * as tf from "@tensorflow/tfjs-core";
import { FUSED_KERNELS, hasKernel, runFused, runFusedFirst } from "./fusedKernel.ts";

/** Some of a tensor's elements, which come after those of the part before. */
export interface TensorPart {
  /** How many they are. */
  readonly length: number;
  /** Writes all of them. */
  fill(into: Float32Array): void;
}

/** The attributes of the kernel QkvWritePart: the first element, and what follows. */
export interface WritePartAttrs extends TensorPart {
  readonly start: number;
}

/**
 * A float32 tensor whose elements come in parts, in their order. Where the backend has the kernel, each is written into
 * the backend's memory as it comes, and nothing else holds them; elsewhere an array does until all are there.
 *
 * Kernels: QkvUnwritten, with the shape, gives a tensor of any elements; QkvWritePart `{ x }` with `WritePartAttrs` writes
 * some of them and gives nothing.
 *
 * @returns [...shape]
 * @throws RangeError if they are more or fewer than the shape has
 */
export async function tensorFromParts(shape: readonly number[], parts: AsyncIterable<TensorPart>): Promise<tf.Tensor> {
  checkArray("tensorFromParts", "shape", shape);
  const size = tf.util.sizeFromShape([...shape]);
  const to = hasKernel(FUSED_KERNELS.writePart) ? inBackend(shape) : inArray(shape, size);
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

interface Target {
  write(part: TensorPart, start: number): void;
  tensor(): tf.Tensor;
  dispose(): void;
}

function inBackend(shape: readonly number[]): Target {
  const x = runFusedFirst(FUSED_KERNELS.unwritten, {}, { shape });
  return {
    write: (part, start) =>
      void runFused(FUSED_KERNELS.writePart, { x }, { start, length: part.length, fill: part.fill.bind(part) }),
    tensor: () => x,
    dispose: () => x.dispose(),
  };
}

function inArray(shape: readonly number[], size: number): Target {
  const data = new Float32Array(size);
  return {
    write: (part, start) => part.fill(data.subarray(start, start + part.length)),
    tensor: () => tf.tensor(data, [...shape], "float32"),
    dispose: () => undefined,
  };
}
