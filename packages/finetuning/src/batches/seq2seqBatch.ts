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
  { generation: { padTokenId, decoderStartTokenId } }: Pick<Seq2SeqLanguageModel, "generation">,
): Seq2SeqInputs & { readonly labels: tf.Tensor2D } {
  const [sources, targets] = [rows.map(({ source }) => source), rows.map(({ target }) => target)];
  const shifted = targets.map((target) => [decoderStartTokenId, ...target.slice(0, -1)]);
  return {
    ids: padded(sources, padTokenId),
    attentionMask: maskOf(sources),
    decoderIds: padded(shifted, padTokenId),
    labels: padded(targets, IGNORED),
  };
}

/** Families whose texts begin with the code of a language, which nothing here says. */
const OF_LANGUAGES = ["m2m_100", "mbart"];

/** An encoder-decoder that writes, of an opened one. @throws RangeError for one that wants codes of languages */
export function seq2seqModelOf(objective: string, pretrained: Pretrained): Seq2SeqLanguageModel {
  tokenizerOf(objective, pretrained, "seq2seqLM");
  const { name, modelType } = pretrained;
  if (OF_LANGUAGES.includes(modelType)) {
    throw new RangeError(`${name}: ${objective} expected a model without codes of languages, got a ${modelType}`);
  }
  return pretrained.model as unknown as Seq2SeqLanguageModel;
}
