import { tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { checkFinite, checkPositive } from "../checks/argumentChecks.ts";
import { squaredDistances } from "./squaredDistances.ts";

/** A score function of queries and keys. A custom one is an object with the one required function. */
export interface Score {
  /**
   * @param queries [..., Q, D]
   * @param keys [..., K, D'], with the same leading axes
   * @returns [..., Q, K]
   */
  scores(queries: tf.Tensor, keys: tf.Tensor): tf.Tensor;
  /**
   * Expresses the same weights by a scaled dot product, if there is one, for the backend's fused kernel. Its scores may
   * differ from `scores` by a number for each query, which the softmax takes out again.
   */
  dotProduct?(queries: tf.Tensor, keys: tf.Tensor): DotProduct;
}

/** Scores that are `scale * queries keysᵀ + bias`. */
export interface DotProduct {
  /** [..., Q, D] */
  readonly queries: tf.Tensor;
  /** [..., K, D] */
  readonly keys: tf.Tensor;
  readonly scale: number;
  /** [..., 1, K] */
  readonly bias?: tf.Tensor;
}

/** Dot-product score, q·k (Luong, Pham and Manning 2015, section 3.1). */
export const dotScore: Score = dotScoreTimes(() => 1);

/** Scaled dot-product score, q·k / sqrt(D) ("Attention Is All You Need", section 3.2.1). */
export const scaledDotScore: Score = dotScoreTimes((queries) => 1 / Math.sqrt(queries.shape.at(-1) || 1));

/**
 * Creates a dot-product score with a given scale, q·k scale.
 *
 * @throws RangeError if the scale is not finite
 */
export function dotScoreWith(scale: number): Score {
  checkFinite("dotScoreWith", "scale", scale);
  return dotScoreTimes(() => scale);
}

/**
 * Creates a cosine score, scale cos(q, k): the angle alone counts (Graves, Wayne and Danihelka 2014, section 3.3.1). A
 * zero vector scores 0.
 *
 * @throws RangeError if the scale is not finite
 */
export function cosineScore(scale = 1): Score {
  checkFinite("cosineScore", "scale", scale);
  const dotProduct = (queries: tf.Tensor, keys: tf.Tensor) =>
    tidy(() => ({ queries: unit(queries), keys: unit(keys), scale }));
  return { dotProduct, scores: (queries, keys) => tf.tidy(() => product(dotProduct(queries, keys))) };
}

/**
 * Creates a distance score, -|q - k|² / (2 width²): the Gaussian kernel's exponent, with which attention is kernel
 * regression.
 *
 * @throws RangeError if the width is not above 0
 */
export function distanceScore(width = 1): Score {
  checkPositive("distanceScore", "width", width);
  const scale = 1 / width ** 2;
  return {
    scores: (queries, keys) => tf.tidy(() => tf.mul(squaredDistances(queries, keys), -scale / 2)),
    // |q|² is the same for all keys of a query.
    dotProduct: (queries, keys) => {
      const bias = tf.tidy(() => {
        const squares = tf.sum(tf.square(keys), -1); // [..., K]
        return tf.mul(tf.expandDims(squares, -2), -scale / 2);
      });
      return { queries, keys, scale, bias };
    },
  };
}

/** `scale * queries keysᵀ + bias`, [..., Q, K]. */
export function product({ queries, keys, scale, bias }: DotProduct): tf.Tensor {
  const scaled = tf.mul(tf.matMul(queries, keys, false, true), scale);
  return bias === undefined ? scaled : tf.add(scaled, bias);
}

function dotScoreTimes(scaleOf: (queries: tf.Tensor) => number): Score {
  const dotProduct = (queries: tf.Tensor, keys: tf.Tensor) => ({ queries, keys, scale: scaleOf(queries) });
  return { dotProduct, scores: (queries, keys) => tf.tidy(() => product(dotProduct(queries, keys))) };
}

function unit(x: tf.Tensor): tf.Tensor {
  const square = tf.sum(tf.square(x), -1, true);
  return tf.mul(x, tf.rsqrt(tf.maximum(square, 1e-12))); // 1e-12: torch.nn.functional.normalize's eps, squared
}
