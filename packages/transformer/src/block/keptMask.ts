import type { KeyValue } from "@qkv/attention";
import * as tf from "@tensorflow/tfjs-core";

/** The part of a mask [B, 1, 1, K] that belongs to the keys which a window still keeps. */
export function ofKept(mask: tf.Tensor, { dropped = 0 }: Pick<KeyValue, "dropped">): tf.Tensor {
  if (dropped === 0) return mask;
  const [batch = 0, heads, queries, keys = 0] = mask.shape;
  if (heads !== 1 || queries !== 1) {
    throw new RangeError(`Block: expected a mask [B, 1, 1, K] with a window, got [${mask.shape}]`);
  }
  return tf.slice(mask, [0, 0, 0, dropped], [batch, 1, 1, keys - dropped]);
}
