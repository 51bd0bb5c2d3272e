import { checkTensor } from "@qkv/ops";
import { checkModule, type Params, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { checkPooled, checkPositive } from "../checks/argumentChecks.ts";
import { gaussianKernel, type SmoothingKernel } from "./smoothingKernels.ts";
import { squaredDistances } from "../scores/squaredDistances.ts";

/** Options of {@link nadarayaWatson}: kernel and width. */
export interface KernelPoolingOptions {
  /** Default {@link gaussianKernel}. */
  readonly kernel?: SmoothingKernel;
  /** The distance that counts as 1: a number above 0, or a tensor of shape [] or [D], one width for each feature. Default 1. */
  readonly width?: number | tf.Tensor;
}

/** Outputs of {@link nadarayaWatson}. */
export interface KernelPooled {
  /** [B, Q, V] */
  readonly output: tf.Tensor3D;
  /** [B, Q, K] */
  readonly weights: tf.Tensor3D;
}

/**
 * Computes kernel regression (Nadaraya 1964; Watson 1964): each query gets the mean of the values, weighted by a kernel
 * of its distance to the keys. It is attention whose score is fixed: with the Gaussian kernel,
 * softmax(-|q - k|² / 2 width²). A query that no key is near enough to gets zeros.
 *
 * @param queries [B, Q, D]
 * @param keys [B, K, D]
 * @param values [B, K, V]
 * @throws RangeError if shapes do not fit, there is no key, or the width is not above 0
 */
export function nadarayaWatson(
  queries: tf.Tensor,
  keys: tf.Tensor,
  values: tf.Tensor,
  { kernel = gaussianKernel, width = 1 }: KernelPoolingOptions = {},
): KernelPooled {
  checkTensor("nadarayaWatson", "queries", queries, "[B, Q, D]");
  checkTensor("nadarayaWatson", "keys", keys, "[B, K, D]");
  checkTensor("nadarayaWatson", "values", values, "[B, K, V]");
  checkPooled("nadarayaWatson", queries, keys, values, { sameWidth: true });
  if (typeof width === "number") checkPositive("nadarayaWatson", "width", width);
  else if (width.size !== 1 && !tf.util.arraysEqual(width.shape, queries.shape.slice(-1))) {
    throw new RangeError(`nadarayaWatson: expected a width of [] or [${queries.shape[2]}], got [${width.shape}]`);
  }
  return tidy(() => {
    const squares = squaredDistances(tf.div(queries, width), tf.div(keys, width)); // [B, Q, K]
    const weights = normalizeRows(kernel(squares)) as tf.Tensor3D;
    return { output: tf.matMul(weights, values), weights };
  });
}

/** {@link nadarayaWatson} with a width that is learned: one for all features, or one each. Its logarithm is the parameter. */
export class KernelPooling {
  /** [1] or [D] */
  readonly logWidth: tf.Variable<tf.Rank.R1>;

  readonly #kernel: SmoothingKernel;

  /**
   * @param params scope of the width
   * @param options the kernel, and the initial width
   * @param options.features D, for a width each; 1 for one that all share
   * @throws RangeError if the width is not above 0
   */
  constructor(
    params: Params,
    options: { readonly features?: number; readonly kernel?: SmoothingKernel; readonly width?: number } = {},
  ) {
    checkModule("KernelPooling", params, { options });
    const { features = 1, kernel = gaussianKernel, width = 1 } = options;
    checkPositive("KernelPooling", "width", width);
    this.logWidth = params.scale<tf.Rank.R1>("logWidth", [features], (shape) => tf.fill(shape, Math.log(width)));
    this.#kernel = kernel;
  }

  /**
   * Computes {@link nadarayaWatson} with the current width.
   *
   * @param queries [B, Q, D]
   * @param keys [B, K, D]
   * @param values [B, K, V]
   */
  forward(queries: tf.Tensor, keys: tf.Tensor, values: tf.Tensor): KernelPooled {
    return tidy(() => nadarayaWatson(queries, keys, values, { kernel: this.#kernel, width: tf.exp(this.logWidth) }));
  }
}

/** Rows that sum to 1; a row of zeros stays. */
function normalizeRows(weights: tf.Tensor): tf.Tensor {
  return tf.div(weights, tf.maximum(tf.sum(weights, -1, true), 1e-12)); // whose square, in the gradient, is not 0 yet
}
