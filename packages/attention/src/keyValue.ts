import * as tf from "@tensorflow/tfjs-core";

/** The keys and values of a context: of an encoder's output, or of the positions a decoder has seen. */
export interface KeyValue {
  /** [B, H, K, D] */
  readonly keys: tf.Tensor4D;
  /** [B, H, K, D] */
  readonly values: tf.Tensor4D;
}

/** `past` followed by `next`. Borrows both. */
export function appendKeyValue(past: KeyValue | undefined, next: KeyValue): KeyValue {
  if (past === undefined) return { keys: tf.clone(next.keys), values: tf.clone(next.values) };
  return { keys: tf.concat([past.keys, next.keys], 2), values: tf.concat([past.values, next.values], 2) };
}

/** Both tensors of each, disposed of. */
export function disposeKeyValues(keyValues: readonly KeyValue[]): void {
  for (const { keys, values } of keyValues) tf.dispose([keys, values]);
}
