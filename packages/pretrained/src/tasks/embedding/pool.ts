import { embedding } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { PoolingMode } from "../../sentenceModules/pooling.ts";

/**
 * Pools the vectors of each text's tokens.
 *
 * @param x [B, L, E]
 * @param lengths the number of tokens of each text, on the left
 * @param skipped the number of tokens at the beginning that do not count: those of a prompt
 * @returns [B, P * E] for P modes
 */
export function pool(
  x: tf.Tensor3D,
  lengths: readonly number[],
  modes: readonly PoolingMode[],
  skipped = 0,
): tf.Tensor2D {
  return tf.tidy(() => {
    const [batch, length, width] = x.shape;
    const starts = lengths.map((count) => (skipped < count ? skipped : 0)); // of nothing but a prompt, the prompt
    /** A weight for each token, [B, 1, L], of each text divided by `divisorOf` their sum. */
    const weights = (weightAt: (position: number) => number, divisorOf: (sum: number) => number) =>
      tf.tensor3d(
        lengths.flatMap((end, i) => {
          const row = Array.from({ length }, (_, at) => (at >= (starts[i] ?? 0) && at < end ? weightAt(at) : 0));
          const divisor = divisorOf(row.reduce((sum, each) => sum + each, 0));
          return row.map((each) => each / divisor);
        }),
        [batch, 1, length],
      );
    const sum = (of: tf.Tensor3D) => tf.reshape(tf.matMul(of, x), [batch, width]);
    const tokenAt = (positions: readonly number[]) => {
      const rows = tf.tensor1d(
        positions.map((position, i) => i * length + position),
        "int32",
      );
      return embedding(tf.reshape(x, [batch * length, width]) as tf.Tensor2D, rows);
    };
    const itself = (divisor: number) => divisor;
    const pooled: Record<PoolingMode, () => tf.Tensor> = {
      cls: () => tokenAt(starts),
      max: () => {
        const counts = tf.cast(
          tf.reshape(
            weights(
              () => 1,
              () => 1,
            ),
            [batch, length, 1],
          ),
          "bool",
        );
        return tf.max(tf.where(counts, x, tf.fill(x.shape, -Infinity)), 1);
      },
      mean: () => sum(weights(() => 1, itself)),
      mean_sqrt_len_tokens: () => sum(weights(() => 1, Math.sqrt)),
      weightedmean: () => sum(weights((position) => position + 1, itself)),
      lasttoken: () => tokenAt(lengths.map((count) => count - 1)),
    };
    return tf.concat(
      modes.map((mode) => pooled[mode]()),
      1,
    ) as tf.Tensor2D;
  });
}
