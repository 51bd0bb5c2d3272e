import { embedding } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/**
 * The vector of each text's last token, [B, E]: the rightmost one that is no padding, on whichever side the padding is, as
 * transformers finds it by the padding token's id. Of a text of nothing but padding, the first.
 *
 * @param x [B, L, E]
 * @param ids [B, L] int32
 * @param padTokenId without one the last of a single text
 * @throws RangeError for several texts without a padding token, of which nobody can tell where they end
 */
export function lastTokens(who: string, x: tf.Tensor3D, ids: tf.Tensor, padTokenId: number | undefined): tf.Tensor2D {
  const [batch, length, width] = x.shape;
  if (padTokenId === undefined) {
    if (batch > 1) throw new RangeError(`${who}: expected one text of a model without a padding token, got ${batch}`);
    return tf.reshape(tf.slice(x, [0, length - 1, 0], [batch, 1, width]), [batch, width]);
  }
  const places = tf.broadcastTo(tf.range(0, length), [batch, length]); // [B, L]
  const isText = tf.notEqual(ids, tf.scalar(padTokenId, "int32"));
  const last = tf.max(tf.where(isText, places, tf.zerosLike(places)), 1); // [B]
  const rows = tf.cast(tf.add(last, tf.mul(tf.range(0, batch), length)), "int32");
  return embedding(tf.reshape(x, [batch * length, width]), rows) as tf.Tensor2D;
}
