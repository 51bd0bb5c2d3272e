import type * as tf from "@tensorflow/tfjs-core";

/** A source and the target that it is read with. */
export interface Seq2SeqInputs {
  /** [B, S] int32 */
  readonly ids: tf.Tensor;
  /** [B, S] bool, false at padding */
  readonly attentionMask?: tf.Tensor | undefined;
  /** [B, T] int32, the target shifted right by a start token */
  readonly decoderIds: tf.Tensor;
}

/** Outputs of a forward pass of an encoder-decoder. */
export interface Seq2SeqOutput {
  /** [B, T, V] */
  readonly logits: tf.Tensor3D;
}
