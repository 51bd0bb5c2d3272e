import * as tf from "@tensorflow/tfjs-core";

/**
 * The weights of keys in kernel regression, as a function of the squares of their distances in units of the width:
 * [..., Q, K] to [..., Q, K], never below 0. A factor for each query does not matter: the normalization takes it out.
 * (It takes squares because a distance has no gradient at 0.)
 */
export type SmoothingKernel = (squares: tf.Tensor) => tf.Tensor;

/**
 * Gaussian kernel: exp(-u² / 2), scaled to 1 at the nearest key, so that far queries are not 0 / 0: every key counts,
 * near ones more.
 */
export const gaussianKernel: SmoothingKernel = (squares) =>
  tf.tidy(() => tf.exp(tf.mul(tf.sub(squares, tf.min(squares, -1, true)), -0.5)));

/** Boxcar kernel: 1 for |u| < 1, else 0: the mean of the keys within the width. */
export const boxcarKernel: SmoothingKernel = (squares) => tf.tidy(() => tf.cast(tf.less(squares, 1), "float32"));

/** Constant kernel: 1 everywhere, average pooling. */
export const constantKernel: SmoothingKernel = (squares) => tf.onesLike(squares);

/**
 * Epanechikov kernel: (1 - u²)₊ (Epanechikov 1969). Dive into Deep Learning uses this name for
 * {@link triangularKernel}.
 */
export const epanechikovKernel: SmoothingKernel = (squares) => tf.tidy(() => tf.relu(tf.sub(1, squares)));

/** Triangular kernel: (1 - |u|)₊, which Dive into Deep Learning, section 11.2, calls Epanechikov. */
export const triangularKernel: SmoothingKernel = (squares) =>
  tf.tidy(() => tf.relu(tf.sub(1, tf.sqrt(tf.maximum(squares, SMALLEST_SQUARE)))));

// Keeps the gradient of the root finite where query and key are equal; its root is far below float32's step at 1.
const SMALLEST_SQUARE = 1e-20;
