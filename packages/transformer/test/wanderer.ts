import { growingCache, stepOf } from "@qkv/attention";
import * as tf from "@tensorflow/tfjs-core";
import type { Seq2SeqModel } from "../src/index.ts";

/** Tokens that a {@link wanderer} knows; 0 ends, 1 pads and starts. */
export const WANDERER_VOCABULARY = 13;

/**
 * A model without parameters whose next token depends on the source and on every token before, each at its place, so
 * that a row mixed up with another one shows at once.
 */
export function wanderer(): Seq2SeqModel {
  return {
    generation: { decoderStartTokenId: 1, eosTokenId: 0, padTokenId: 1, maxLength: 9, badWordsIds: [[1]] },
    encode: (ids, keep) =>
      tf.tidy(() => {
        const [batch, length] = ids.shape;
        const real = keep ? tf.mul(ids, tf.cast(keep, "int32")) : ids;
        const keys = tf.reshape(tf.cast(real, "float32"), [batch, 1, length, 1]) as tf.Tensor4D;
        const memory = { keyValues: [{ keys, values: tf.clone(keys) }] };
        return (keep ? { ...memory, mask: tf.reshape(keep, [batch, 1, 1, length]) } : memory) as never;
      }),
    createCache: () => growingCache(),
    decode: (ids, memory, { cache } = {}) =>
      stepOf(cache, () => {
        const [batch, length] = ids.shape;
        const offset = cache?.length ?? 0;
        const places = tf.cos(tf.range(offset + 1, offset + length + 1)); // [Q]
        const keys = tf.reshape(tf.mul(tf.cast(ids, "float32"), places), [batch, 1, length, 1]) as tf.Tensor4D;
        const seen = cache?.append(0, { keys, values: keys }) ?? { keys };
        const said = tf.sum(seen.keys, [1, 2, 3]); // [B]
        const source = tf.sum(memory.keyValues[0]?.keys ?? 0, [1, 2, 3]); // [B]
        const phase = tf.expandDims(tf.add(tf.mul(said, 0.9), tf.mul(source, 0.37)), 1);
        const logits = tf.mul(tf.sin(tf.add(phase, tf.mul(tf.range(0, WANDERER_VOCABULARY), 1.7))), 2);
        return { logits: tf.reshape(logits, [batch, 1, WANDERER_VOCABULARY]) };
      }),
  };
}
