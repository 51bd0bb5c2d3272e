import { tidy } from "@qkv/nn";
import { checkArray, checkRecord, type RowFormat } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/** Keys and values of a context: of an encoder's output, or of a decoder's positions (see `KeyValueCache`). */
export interface KeyValue {
  /** [B, H, K, D] */
  readonly keys: tf.Tensor4D;
  /** [B, H, K, D] */
  readonly values: tf.Tensor4D;
  /** Number of earlier positions that were dropped. Default 0. */
  readonly dropped?: number;
  /** Number of positions in use, where K is a capacity. Default all. */
  readonly length?: number;
  /** How they are held if not as floats: [B, H, K, W] int32, of a cache in fewer bits. With `length`. */
  readonly format?: RowFormat;
}

/** The keys and values in use, without the room behind them. Borrows `keyValue`, and may return its tensors. */
export function inUse(keyValue: KeyValue): KeyValue {
  checkRecord("inUse", "keyValue", keyValue);
  if (keyValue.format !== undefined)
    throw new RangeError(`inUse: expected keys and values as floats, got them in ${keyValue.format}`);
  const { keys, values, length = keys.shape[2], ...rest } = keyValue;
  if (length === keys.shape[2]) return { keys, values, ...rest };
  const [batch, heads] = keys.shape;
  const first = (x: tf.Tensor4D) => tf.slice(x, [0, 0, 0, 0], [batch, heads, length, x.shape[3]]);
  return { keys: first(keys), values: first(values), ...rest };
}

/** The number of positions, dropped ones included. */
export function lengthOf(keyValue: KeyValue): number {
  checkRecord("lengthOf", "keyValue", keyValue);
  const { keys, dropped = 0, length = keys.shape[2] } = keyValue;
  return dropped + length;
}

/** Appends `next` to `past`. Borrows both. */
export function appendKeyValue(past: KeyValue | undefined, next: KeyValue): KeyValue {
  checkRecord("appendKeyValue", "next", next);
  if (past === undefined) return { keys: tf.clone(next.keys), values: tf.clone(next.values) };
  return tidy(() => {
    const { keys, values, ...rest } = inUse(past);
    return { ...rest, keys: tf.concat([keys, next.keys], 2), values: tf.concat([values, next.values], 2) };
  });
}

/** The last `count` positions, all that a sliding window needs. Borrows `keyValue`. */
export function lastKeyValues(keyValue: KeyValue, count: number): KeyValue {
  checkRecord("lastKeyValues", "keyValue", keyValue);
  const [batch, heads, length] = keyValue.keys.shape;
  if (length <= count) return { ...keyValue, keys: tf.clone(keyValue.keys), values: tf.clone(keyValue.values) };
  const first = length - count;
  const last = (x: tf.Tensor4D) => tf.slice(x, [0, 0, first, 0], [batch, heads, count, x.shape[3]]);
  return { keys: last(keyValue.keys), values: last(keyValue.values), dropped: (keyValue.dropped ?? 0) + first };
}

/** Bytes of the keys and values of all. */
export function bytesOf(keyValues: readonly KeyValue[]): number {
  checkArray("bytesOf", "keyValues", keyValues);
  const BYTES = 4;
  return keyValues.reduce((sum, { keys, values }) => sum + BYTES * (keys.size + values.size), 0);
}

/** Disposes of the keys and values of each. */
export function disposeKeyValues(keyValues: readonly KeyValue[]): void {
  checkArray("disposeKeyValues", "keyValues", keyValues);
  for (const { keys, values } of keyValues) tf.dispose([keys, values]);
}
