import * as tf from "@tensorflow/tfjs-core";

/** The mean loss of batches by their weights. @throws the signal's reason */
export async function meanLoss<Row>(
  batches: readonly (readonly Row[])[],
  loss: (rows: readonly Row[]) => tf.Scalar,
  weightOf: (row: Row) => number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let [sum, weight] = [0, 0];
  for (const rows of batches) {
    signal?.throwIfAborted();
    const own = rows.reduce((total, row) => total + weightOf(row), 0);
    sum += (await numberOf(loss(rows))) * own;
    weight += own;
  }
  return sum / weight;
}

/** Reads a number and disposes of it. */
export async function numberOf(scalar: tf.Scalar): Promise<number> {
  try {
    return (await scalar.data())[0] ?? NaN;
  } finally {
    scalar.dispose();
  }
}

/** Computes inside a tidy, reads all values, and disposes of them. */
export async function valuesOf(compute: () => tf.Tensor): Promise<Float32Array> {
  const result = tf.tidy(compute);
  try {
    return (await result.data()) as Float32Array;
  } finally {
    result.dispose();
  }
}
