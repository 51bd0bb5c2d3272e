import { checkRecord } from "@qkv/ops";
import { Recorder } from "@qkv/nn";
import type { Seq2SeqLanguageModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { readSentence } from "./sentenceAttention.ts";
import type { TokenizedPair } from "./tokenSequence.ts";

/** Attention of each target token of a translation to each source token. */
export interface TranslationAttention {
  /** T target tokens. */
  readonly target: readonly string[];
  /** S source tokens. */
  readonly source: readonly string[];
  /** [T, S] row by row: the mean over all decoder layers and heads. Each row of a sentence sums to 1. */
  readonly values: Float32Array;
}

/** Input of {@link translationAttention}: an opened model, and the sentences of a finished translation. */
export interface AttentionSubject {
  readonly model: Seq2SeqLanguageModel;
  /** The sentences, as in {@link Translation}. */
  readonly sentences: readonly TokenizedPair[];
}

/**
 * Computes the cross-attention of a translation in a second pass. Sentences were translated separately, so a
 * target token's weights on other sentences are 0.
 */
export async function translationAttention(options: AttentionSubject): Promise<TranslationAttention> {
  checkRecord("translationAttention", "options", options);
  const { model, sentences } = options;
  const tokens = (side: "source" | "target") => sentences.flatMap((sentence) => sentence[side].tokens);
  const [sources, targets] = [tokens("source"), tokens("target")];
  const values = new Float32Array(targets.length * sources.length);
  let [row, column] = [0, 0];
  for (const { source, target } of sentences) {
    const weights = await meanCrossAttention(model, source.ids, target.ids);
    const width = source.ids.length;
    for (let t = 0; t < target.ids.length; t++) {
      values.set(weights.subarray(t * width, (t + 1) * width), (row + t) * sources.length + column);
    }
    row += target.ids.length;
    column += width;
  }
  return { source: sources, target: targets, values };
}

/** [T, S] */
async function meanCrossAttention(
  model: Seq2SeqLanguageModel,
  source: readonly number[],
  target: readonly number[],
): Promise<Float32Array> {
  if (target.length === 0) return new Float32Array();
  using seen = new Recorder(["decoder.layers.*.crossAttn.probabilities"]);
  readSentence(model, source, target, { taps: seen });
  const mean = tf.tidy(() => {
    const layers = tf.concat(
      seen.paths.map((path) => seen.get<tf.Tensor4D>(path)),
      1,
    ); // [1, layers * H, T, S]
    return tf.mean(layers, [0, 1]);
  });
  try {
    return (await mean.data()) as Float32Array;
  } finally {
    mean.dispose();
  }
}
