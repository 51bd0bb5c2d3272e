import { checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

// Checks of public entry points. Each error is `<who>: expected <what>, got <what>`.

/** Refuses a number that is not finite and above 0. */
export function checkPositive(who: string, name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${who}: expected ${name} above 0, got ${value}`);
}

/** Refuses NaN and infinities. */
export function checkFinite(who: string, name: string, value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`${who}: expected a finite ${name}, got ${value}`);
}

/** Refuses a number that is not an integer of at least `least`. */
export function checkInteger(who: string, name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${who}: expected ${name} to be an integer from ${least}, got ${value}`);
  }
}

/** Refuses queries [..., Q, D], keys [..., K, D'] and values [..., K, V] that do not belong together, or no keys at all. */
export function checkPooled(
  who: string,
  queries: tf.Tensor,
  keys: tf.Tensor,
  values: tf.Tensor,
  { sameWidth }: { readonly sameWidth: boolean },
): void {
  for (const [name, x] of [
    ["queries", queries],
    ["keys", keys],
    ["values", values],
  ] as const) {
    checkTensor(who, name, x, "[...]");
  }
  const lengths = `got queries [${queries.shape}], keys [${keys.shape}], values [${values.shape}]`;
  const rank = queries.rank;
  if ((rank !== 3 && rank !== 4) || keys.rank !== rank || values.rank !== rank) {
    throw new RangeError(`${who}: expected queries, keys and values all of rank 3 or all of rank 4, ${lengths}`);
  }
  for (let axis = 0; axis < rank - 2; axis++) {
    if (queries.shape[axis] !== keys.shape[axis] || keys.shape[axis] !== values.shape[axis]) {
      throw new RangeError(`${who}: expected queries, keys and values of the same leading axes, ${lengths}`);
    }
  }
  if (keys.shape[rank - 2] !== values.shape[rank - 2]) {
    throw new RangeError(`${who}: expected as many keys as values, ${lengths}`);
  }
  if (keys.shape[rank - 2] === 0) throw new RangeError(`${who}: expected at least one key, ${lengths}`);
  if (sameWidth && queries.shape[rank - 1] !== keys.shape[rank - 1]) {
    throw new RangeError(`${who}: expected queries and keys of one width, ${lengths}`);
  }
}

/** [B, Q, K] or [B, H, Q, K]. */
export type ScoreShape = [number, number, number] | [number, number, number, number];

/**
 * A mask or a bias with the rank of the scores. It may be [Q, K] exactly, or of the scores' rank with axes that are equal
 * or 1; anything else is refused, so that [B, K] is never read as [Q, K].
 */
export function alignToScores(
  who: string,
  name: string,
  tensor: tf.Tensor,
  scores: readonly number[],
  dtype: "bool" | "float32",
): tf.Tensor {
  checkTensor(who, name, tensor, "[...]");
  const { shape } = tensor;
  const fits =
    shape.length === scores.length
      ? shape.every((size, axis) => size === 1 || size === scores[axis])
      : shape.length === 2 && shape.every((size, axis) => size === scores.at(axis - 2));
  if (!fits || tensor.dtype !== dtype) {
    const [rows, columns] = scores.slice(-2);
    throw new RangeError(
      `${who}: expected a ${dtype} ${name} of [${rows},${columns}], or of [${scores}] with axes that may be 1, ` +
        `got ${tensor.dtype} [${shape}]`,
    );
  }
  return tf.reshape(tensor, [...Array<number>(scores.length - shape.length).fill(1), ...shape]);
}
