import type { MarianModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { readSentence } from "./sentenceAttention.ts";

/** How much each target token of a translation looked at each source token. */
export interface TranslationAttention {
  /** T target tokens. */
  readonly target: readonly string[];
  /** S source tokens. */
  readonly source: readonly string[];
  /** [T, S] row by row: the mean over all decoder layers and heads. Each row of a sentence sums to 1. */
  readonly values: Float32Array;
}

/** What {@link translationAttention} needs of an opened model and a finished translation. */
export interface AttentionSubject {
  readonly model: MarianModel;
  readonly tokenizer: {
    /** A token's id, if the vocabulary has it. */
    tokenToId(token: string): number | undefined;
  };
  /** A translation's tokens, an end token closing each sentence. */
  readonly tokens: { readonly source: readonly string[]; readonly target: readonly string[] };
}

/**
 * The cross-attention of a translation, found by reading it once more. Sentences were translated by themselves, so a
 * target token's weights on other sentences are 0.
 */
export async function translationAttention({
  model,
  tokenizer,
  tokens,
}: AttentionSubject): Promise<TranslationAttention> {
  const end = model.config.eosTokenId;
  const ids = (side: readonly string[]) => side.map((token) => tokenizer.tokenToId(token) ?? end);
  const sources = sentencesOf(ids(tokens.source), end);
  const targets = sentencesOf(ids(tokens.target), end);
  const values = new Float32Array(tokens.target.length * tokens.source.length);
  let [row, column] = [0, 0];
  for (const [i, source] of sources.entries()) {
    const target = targets[i] ?? [];
    const weights = await meanCrossAttention(model, source, target);
    for (let t = 0; t < target.length; t++) {
      const of = weights.subarray(t * source.length, (t + 1) * source.length);
      values.set(of, (row + t) * tokens.source.length + column);
    }
    row += target.length;
    column += source.length;
  }
  return { ...tokens, values };
}

/** Ids cut after each end token. */
function sentencesOf(ids: readonly number[], end: number): number[][] {
  const sentences: number[][] = [[]];
  for (const id of ids) {
    sentences.at(-1)?.push(id);
    if (id === end) sentences.push([]);
  }
  return sentences.filter((sentence) => sentence.length > 0);
}

/** [T, S] */
async function meanCrossAttention(model: MarianModel, source: number[], target: number[]): Promise<Float32Array> {
  if (target.length === 0) return new Float32Array();
  const mean = tf.tidy(() => {
    const { decoder } = readSentence(model, source, target, { attentions: true });
    const layers = tf.concat(decoder.crossAttentions as tf.Tensor4D[], 1); // [1, layers * H, T, S]
    return tf.mean(layers, [0, 1]);
  });
  try {
    return (await mean.data()) as Float32Array;
  } finally {
    mean.dispose();
  }
}
