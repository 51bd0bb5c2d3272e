import type { Pretrained } from "@qkv/pretrained";
import type { Seq2SeqInputs, Seq2SeqLanguageModel } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import { IGNORED, maskOf, padded } from "./encodedText.ts";
import { tokenizerOf } from "./textModelOf.ts";

/** A source and a target, both with their end tokens. */
export interface EncodedPair {
  readonly source: readonly number[] | Int32Array;
  readonly target: readonly number[] | Int32Array;
}

/** The number of target tokens. */
export function targetTokens({ target }: EncodedPair): number {
  return target.length;
}

/** Pairs side by side, padded at their ends; the decoder reads the target shifted right. The caller disposes of them. */
export function seq2seqBatch(
  rows: readonly EncodedPair[],
  { generation: { padTokenId, decoderStartTokenId }, config }: Seq2SeqLanguageModel,
): Seq2SeqInputs & { readonly labels: tf.Tensor2D } {
  const [sources, targets] = [rows.map(({ source }) => source), rows.map(({ target }) => target)];
  const wraps = config.modelType === "mbart"; // its decoder begins with a target's last token
  const shifted = targets.map((target) => [
    (wraps ? target.at(-1) : undefined) ?? decoderStartTokenId,
    ...target.slice(0, -1),
  ]);
  return {
    ids: padded(sources, padTokenId),
    attentionMask: maskOf(sources),
    decoderIds: padded(shifted, padTokenId),
    labels: padded(targets, IGNORED),
  };
}

/** Whether the codes of languages stand beside a model's texts. */
export function isOfLanguages({ modelType }: Pretrained): boolean {
  return modelType === "m2m_100" || modelType === "mbart";
}

/** An encoder-decoder that writes, of an opened one. */
export function writerOf(objective: string, pretrained: Pretrained): Seq2SeqLanguageModel {
  tokenizerOf(objective, pretrained, "seq2seqLM");
  return pretrained.model as unknown as Seq2SeqLanguageModel;
}

/** An encoder-decoder that writes, of an opened one whose texts have no codes of languages. @throws RangeError for one with them */
export function seq2seqModelOf(objective: string, pretrained: Pretrained): Seq2SeqLanguageModel {
  const { name, modelType } = pretrained;
  if (isOfLanguages(pretrained)) {
    throw new RangeError(`${name}: ${objective} expected a model without codes of languages, got a ${modelType}`);
  }
  return writerOf(objective, pretrained);
}
