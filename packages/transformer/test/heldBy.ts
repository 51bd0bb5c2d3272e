import { inUse, type KeyValue, type KeyValueCache } from "@qkv/attention";
import { tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";

/** The keys and values of a cache's first layer, without the room behind them; the caller disposes of them. */
export function heldBy(cache: KeyValueCache): KeyValue {
  return tidy(() => {
    const { keys, values, ...rest } = inUse(cache.past(0) as KeyValue);
    return { keys: tf.clone(keys), values: tf.clone(values), ...rest };
  });
}
