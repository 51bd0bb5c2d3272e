import type * as tf from "@tensorflow/tfjs-core";

/** A known result of some kernels. */
export interface KernelCase {
  /** What is computed, for a message: "a product of 1 row". */
  readonly name: string;
  /** The kernels that compute it, none of which is used any more if it comes out wrong. */
  readonly kernels: readonly string[];
  /** How far a number may be off, as a share of the largest one: gross faults are looked for, not rounding. */
  readonly tolerance: number;
  /** Whether the operation has other ways on the backend, which are then tried as well. */
  readonly hasFallback: boolean;
  /** Prepares its numbers, when it is tested. */
  readonly make: () => KnownResult;
}

/** A computation and what comes out of it. */
export interface KnownResult {
  /** Computes it on the current backend, inside a tidy; undefined if the kernel does not take it. */
  readonly run: () => tf.Tensor | undefined;
  /** The same in plain JavaScript. */
  readonly expected: () => ArrayLike<number>;
}

/** How far sums of float32 may be off. */
export const FLOAT32 = 1e-3;

/** How far sums may be off where a kernel may round factors: to 16 bits, or beside codes to whole numbers. */
export const ROUNDED = 1e-2;
