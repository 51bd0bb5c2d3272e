import { checkRecord, checkTensor } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";

/** A batch of texts, or of pairs of texts. */
export interface EncoderInputs {
  /** [B, L] int32 */
  readonly ids: tf.Tensor;
  /** Attention mask, [B, L] bool, false at padding. */
  readonly attentionMask?: tf.Tensor | undefined;
  /**
   * Segment of each token, [B, L] int32: 0 in the first text, 1 in the second. Default 0. Families without segments do not
   * read it, as in transformers.
   */
  readonly tokenTypes?: tf.Tensor | undefined;
}

/** A batch with its labels. */
export interface LossInputs extends EncoderInputs {
  /** Expected answers; their shape is the class's. */
  readonly labels: tf.Tensor;
}

/** Refuses inputs of another rank or dtype. @throws RangeError naming the input */
export function checkEncoderInputs(who: string, inputs: EncoderInputs): void {
  checkRecord(who, "inputs", inputs);
  const { ids, attentionMask, tokenTypes } = inputs;
  checkTensor(who, "ids", ids, "[B, L]", "int32");
  if (attentionMask !== undefined) checkTensor(who, "attentionMask", attentionMask, "[B, L]", "bool");
  if (tokenTypes !== undefined) checkTensor(who, "tokenTypes", tokenTypes, "[B, L]", "int32");
}
