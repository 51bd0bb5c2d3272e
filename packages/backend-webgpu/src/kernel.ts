import * as tf from "@tensorflow/tfjs-core";
import type { GpuBackend } from "./gpuBackend.ts";

/** One of our kernels, as in tfjs's registry but for the order of its arguments. */
export type Kernel = (
  backend: GpuBackend,
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  attrs: unknown,
) => tf.TensorInfo | tf.TensorInfo[];

/** The inputs of a kernel, by name. */
export type Tensors<Names extends string> = Readonly<Record<Names, tf.TensorInfo>>;

/** The number of elements. */
export function sizeOf({ shape }: tf.TensorInfo): number {
  return tf.util.sizeFromShape(shape);
}

/** Rows and width of `x` as a matrix of its last axis. */
export function matrixOf({ shape }: tf.TensorInfo): { readonly rows: number; readonly width: number } {
  return { rows: tf.util.sizeFromShape(shape.slice(0, -1)), width: shape.at(-1) ?? 1 };
}
