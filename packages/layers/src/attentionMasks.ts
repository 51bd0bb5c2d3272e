import * as tf from "@tensorflow/tfjs-core";

// Converts Keras's masks to masks of the scores [B, H, Q, K], with axes of 1 where they are equal. Nonzero is visible.

/** The mask of keys: [B, K] -> [B, 1, 1, K]. @throws RangeError if the mask is not of that shape */
export function ofKeys(
  who: string,
  name: string,
  mask: tf.Tensor,
  [batch, keys]: readonly [number, number],
): tf.Tensor {
  return tf.reshape(tf.cast(checked(who, name, mask, [batch, keys]), "bool"), [batch, 1, 1, keys]);
}

/** The mask of queries: [B, Q] -> [B, 1, Q, 1]. @throws RangeError if the mask is not of that shape */
export function ofQueries(
  who: string,
  name: string,
  mask: tf.Tensor,
  [batch, queries]: readonly [number, number],
): tf.Tensor {
  return tf.reshape(tf.cast(checked(who, name, mask, [batch, queries]), "bool"), [batch, 1, queries, 1]);
}

/**
 * The mask of pairs of query and key: [B, Q, K], or with `anyRank` [Q, K] and [B, H, Q, K], to the rank of the scores.
 *
 * @throws RangeError if the mask does not fit the scores
 */
export function ofPairs(
  who: string,
  mask: tf.Tensor,
  scores: readonly [batch: number, heads: number, queries: number, keys: number],
  { anyRank }: { readonly anyRank: boolean },
): tf.Tensor {
  const { shape } = mask;
  const [batch, heads, queries, keys] = scores;
  const lifted = shape.length === 4 ? shape : [shape.length === 3 ? (shape[0] ?? 1) : 1, 1, ...shape.slice(-2)];
  const fits =
    (anyRank ? [2, 3, 4].includes(shape.length) : shape.length === 3) &&
    lifted.every((size, axis) => size === scores[axis] || size === 1);
  if (!fits) {
    const more = anyRank ? `, [${queries},${keys}] or [${batch},${heads},${queries},${keys}]` : "";
    throw new RangeError(`${who}: expected an attention mask [${batch},${queries},${keys}]${more}, got [${shape}]`);
  }
  return tf.reshape(tf.cast(mask, "bool"), lifted);
}

/**
 * Keras's causal mask and sliding window, [1, 1, Q, K]: query i attends to key j where j <= i, and where |i - j| < `window`.
 * Both count from the first, for any lengths.
 */
export function ofPlaces(
  queries: number,
  keys: number,
  { causal, window }: { readonly causal: boolean; readonly window?: number | undefined },
): tf.Tensor {
  const i = tf.reshape(tf.range(0, queries, 1, "int32"), [1, 1, queries, 1]);
  const distance = tf.sub(i, tf.reshape(tf.range(0, keys, 1, "int32"), [1, 1, 1, keys]));
  const past = tf.greaterEqual(distance, causal ? 0 : -keys);
  return window === undefined ? past : tf.logicalAnd(past, tf.less(tf.abs(distance), window));
}

/** The intersection of all masks; undefined if there is none. */
export function all(masks: readonly (tf.Tensor | undefined)[]): tf.Tensor | undefined {
  return masks
    .filter((mask) => mask !== undefined)
    .reduce<tf.Tensor | undefined>((kept, mask) => (kept === undefined ? mask : tf.logicalAnd(kept, mask)), undefined);
}

/** Checks a mask [B, L], or one with an axis of 1 before it, as TensorFlow.js's `add` leaves it. */
function checked(who: string, name: string, mask: tf.Tensor, [batch, length]: readonly [number, number]): tf.Tensor {
  const { shape } = mask;
  const fits = shape.length === 2 || (shape.length === 3 && shape[0] === 1);
  if (!fits || shape.at(-2) !== batch || shape.at(-1) !== length) {
    throw new RangeError(`${who}: expected ${name} [${batch},${length}], got [${shape}]`);
  }
  return mask;
}
