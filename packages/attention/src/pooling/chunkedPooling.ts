import * as tf from "@tensorflow/tfjs-core";
import { alignToScores } from "../checks/argumentChecks.ts";
import type { ScoredAttentionOptions } from "../scaledDotProduct/options.ts";
import { attentionStages } from "../scaledDotProduct/stages.ts";
import { bandMask } from "../masks/masks.ts";

/**
 * Computes attention with a score that no kernel supports, `size` queries at a time, each with its rows of mask and
 * bias.
 *
 * @param queries [B, Q, D] or [B, H, Q, D]
 */
export function chunkedPooling<T extends tf.Tensor>(
  queries: T,
  keys: T,
  values: T,
  { mask, bias, causal, ...options }: ScoredAttentionOptions,
  size: number,
): T {
  const axis = queries.rank - 2;
  const [length = 0, keyLength = 0] = [queries.shape[axis], keys.shape[axis]];
  const pool = (part: T, more: ScoredAttentionOptions) =>
    tf.matMul(attentionStages(part, keys, { ...options, ...more }).droppedProbabilities, values) as T;
  if (size >= length) return pool(queries, { mask, bias, causal });

  const shape = [...queries.shape.slice(0, -1), keyLength];
  const masks = mask && alignToScores("attentionPooling", "mask", mask, shape, "bool");
  const biases = bias && alignToScores("attentionPooling", "bias", bias, shape, "float32");
  const parts = Array.from({ length: Math.ceil(length / size) }, (_, i) => {
    const [start, rows] = [i * size, Math.min(size, length - i * size)];
    const rowsOf = (x: tf.Tensor) => (x.shape[axis] === length ? sliceAxis(x, axis, start, rows) : x);
    // Its own tidy, so that one chunk's scores are disposed of before the next one's exist.
    return tf.tidy(() => {
      const given = masks && rowsOf(masks);
      const place = { first: start + keyLength - length, queries: rows, keys: keyLength };
      const past = causal ? bandMask(place, { after: 0 }) : undefined;
      const visible = given && past ? tf.logicalAnd(given, past) : (given ?? past);
      return pool(sliceAxis(queries, axis, start, rows) as T, { mask: visible, bias: biases && rowsOf(biases) });
    });
  });
  return tf.concat(parts, axis) as T;
}

function sliceAxis(x: tf.Tensor, axis: number, start: number, size: number): tf.Tensor {
  const [begin, sizes] = [x.shape.map(() => 0), [...x.shape]];
  begin[axis] = start;
  sizes[axis] = size;
  return tf.slice(x, begin, sizes);
}
