import { checkArray, checkRecord } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/** The keys and values of a context: of an encoder's output, or of the positions a decoder has seen. */
export interface KeyValue {
  /** [B, H, K, D] */
  readonly keys: tf.Tensor4D;
  /** [B, H, K, D] */
  readonly values: tf.Tensor4D;
  /** How many positions came before these and are kept no longer. Default 0. */
  readonly dropped?: number;
}

/** How many positions there were, those that are kept no longer included. */
export function lengthOf(keyValue: KeyValue): number {
  checkRecord("lengthOf", "keyValue", keyValue);
  const { keys, dropped = 0 } = keyValue;
  return dropped + keys.shape[2];
}

/** `past` followed by `next`. Borrows both. */
export function appendKeyValue(past: KeyValue | undefined, next: KeyValue): KeyValue {
  checkRecord("appendKeyValue", "next", next);
  if (past === undefined) return { keys: tf.clone(next.keys), values: tf.clone(next.values) };
  return { ...past, keys: tf.concat([past.keys, next.keys], 2), values: tf.concat([past.values, next.values], 2) };
}

/** The last `count` positions, which is all that a sliding window looks back on. Borrows `keyValue`. */
export function lastKeyValues(keyValue: KeyValue, count: number): KeyValue {
  checkRecord("lastKeyValues", "keyValue", keyValue);
  const [batch, heads, length] = keyValue.keys.shape;
  if (length <= count) return { ...keyValue, keys: tf.clone(keyValue.keys), values: tf.clone(keyValue.values) };
  const first = length - count;
  const last = (x: tf.Tensor4D) => tf.slice(x, [0, 0, first, 0], [batch, heads, count, x.shape[3]]);
  return { keys: last(keyValue.keys), values: last(keyValue.values), dropped: (keyValue.dropped ?? 0) + first };
}

/** Both tensors of each, disposed of. */
export function disposeKeyValues(keyValues: readonly KeyValue[]): void {
  checkArray("disposeKeyValues", "keyValues", keyValues);
  for (const { keys, values } of keyValues) tf.dispose([keys, values]);
}
