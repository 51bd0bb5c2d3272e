import { checkArray, checkBackend, checkRecord, checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { checkInteger } from "../checks/argumentChecks.ts";
import { checkValidLength } from "./validLengths.ts";

// In every mask of this package `true` keeps a key and `false` hides it. The last query lines up with the last key.

/** [Q, K] bool; true where key j is no later than query i, counting both from the end. */
export function causalMask(queries: number, keys: number): tf.Tensor2D {
  checkInteger("causalMask", "queries", queries, 0);
  checkInteger("causalMask", "keys", keys, 0);
  return bandMask({ first: keys - queries, queries, keys }, { after: 0 });
}

/**
 * Creates a sliding-window mask: each query sees the keys from `before` positions before it to `after` positions after
 * it (arXiv:2004.05150).
 *
 * @param window each an integer from 0; left out: no bound on that side
 * @returns [Q, K] bool
 * @throws RangeError naming the number that is not an integer from 0
 */
export function slidingWindowMask(
  queries: number,
  keys: number,
  window: { readonly before?: number; readonly after?: number },
): tf.Tensor2D {
  checkRecord("slidingWindowMask", "window", window);
  const { before, after } = window;
  checkInteger("slidingWindowMask", "queries", queries, 0);
  checkInteger("slidingWindowMask", "keys", keys, 0);
  if (before !== undefined) checkInteger("slidingWindowMask", "before", before, 0);
  if (after !== undefined) checkInteger("slidingWindowMask", "after", after, 0);
  return bandMask({ first: keys - queries, queries, keys }, { before, after });
}

/** The band of consecutive queries from position `first` on: [Q, K] bool. */
export function bandMask(
  { first, queries, keys }: { readonly first: number; readonly queries: number; readonly keys: number },
  { before, after }: { readonly before?: number | undefined; readonly after?: number | undefined },
): tf.Tensor2D {
  checkBackend("slidingWindowMask");
  return tf.tidy(() => {
    const i = tf.reshape(tf.range(first, first + queries, 1, "int32"), [queries, 1]);
    const j = tf.reshape(tf.range(0, keys, 1, "int32"), [1, keys]);
    const distance = tf.sub(j, i); // of key j from query i, below 0 before it
    const everywhere = keys + queries + Math.abs(first);
    const soon = tf.lessEqual(distance, after ?? everywhere);
    return tf.logicalAnd(soon, tf.greaterEqual(distance, -(before ?? everywhere))) as tf.Tensor2D;
  });
}

/**
 * Creates a block-sparse mask (arXiv:1904.10509): block b of queries sees block c of keys where `pattern[b][c]` is
 * true.
 *
 * @param pattern rows of equal length
 * @param blockSize S, the queries and the keys in a block
 * @returns [rows * S, columns * S] bool
 * @throws RangeError if the rows differ in length, or the block size is no integer from 1
 */
export function blockMask(pattern: readonly (readonly boolean[])[], blockSize: number): tf.Tensor2D {
  checkBackend("blockMask");
  checkInteger("blockMask", "blockSize", blockSize, 1);
  const [rows, columns] = [pattern.length, pattern[0]?.length ?? 0];
  if (rows === 0 || columns === 0 || pattern.some((row) => row.length !== columns)) {
    const got = pattern.map((row) => row.length).join(", ");
    throw new RangeError(`blockMask: expected pattern rows of one length above 0, got lengths [${got}]`);
  }
  return tf.tidy(() => {
    const blocks = tf.tensor(pattern.flat().map(Number), [rows, 1, columns, 1], "int32");
    const all = tf.tile(blocks, [1, blockSize, 1, blockSize]);
    return tf.cast(tf.reshape(all, [rows * blockSize, columns * blockSize]), "bool");
  });
}

/**
 * Creates a mask that keeps sequences packed into one row apart: a query sees the keys of its own segment.
 *
 * @param queries [B, Q] int32, the number of each query's segment
 * @param keys [B, K] int32
 * @returns [B, 1, Q, K] bool
 * @throws RangeError if the shapes do not fit
 */
export function segmentMask(queries: tf.Tensor, keys: tf.Tensor = queries): tf.Tensor4D {
  checkTensor("segmentMask", "queries", queries, "[B, Q]");
  checkTensor("segmentMask", "keys", keys, "[B, K]");
  const [[batch, length], [keyBatch, keyLength]] = [queries.shape, keys.shape];
  if (queries.rank !== 2 || keys.rank !== 2 || batch !== keyBatch) {
    throw new RangeError(
      `segmentMask: expected queries [B, Q] and keys [B, K], got [${queries.shape}], [${keys.shape}]`,
    );
  }
  return tf.tidy(
    () =>
      tf.equal(tf.reshape(queries, [batch, 1, length, 1]), tf.reshape(keys, [batch, 1, 1, keyLength])) as tf.Tensor4D,
  );
}

/**
 * Creates the padding mask of a batch: true where a position holds a token.
 *
 * @param lengths number of tokens of each row, B integers from 0 to L
 * @param maxLength L
 * @returns [B, L] bool
 * @throws RangeError if a length is no integer from 0 to L
 */
export function lengthMask(lengths: readonly number[], maxLength: number): tf.Tensor2D {
  checkArray("lengthMask", "lengths", lengths);
  checkBackend("lengthMask");
  for (const length of lengths) checkValidLength("lengthMask", length, maxLength);
  return tf.tidy(() => tf.less(tf.range(0, maxLength), tf.expandDims(tf.tensor1d([...lengths]), 1)) as tf.Tensor2D);
}

/**
 * Reshapes a mask of keys, shared by every head and query: [B, K] -> [B, 1, 1, K].
 *
 * @throws RangeError if it is no matrix
 */
export function keyMask(attentionMask: tf.Tensor): tf.Tensor4D {
  checkTensor("keyMask", "attentionMask", attentionMask, "[B, K]");
  const [batch, keys] = attentionMask.shape;
  if (attentionMask.rank !== 2)
    throw new RangeError(`keyMask: expected attentionMask [B, K], got [${attentionMask.shape}]`);
  return tf.reshape(attentionMask, [batch, 1, 1, keys]);
}
