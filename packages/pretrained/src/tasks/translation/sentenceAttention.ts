import { checkRecord } from "@qkv/ops";
import { Recorder, type Taps } from "@qkv/nn";
import { type Ablation, headPatches, type Seq2SeqLanguageModel, visibleSource } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { TokenizedPair } from "./tokenSequence.ts";

/** Attention of every head of one kind: [layers, H, Q, K] in plain numbers, layer by layer. */
export interface AttentionMaps {
  readonly shape: readonly [layers: number, heads: number, queries: number, keys: number];
  /** The weights: each row sums to 1. */
  readonly weights: Float32Array;
  /** The scores before any mask and the softmax. */
  readonly scores: Float32Array;
  /** The masked scores, input of the softmax: -Infinity where a key is masked. */
  readonly masked: Float32Array;
}

/** The attention of one translated sentence. */
export interface SentenceAttention {
  /** S tokens, the keys of `encoder` and `cross`. */
  readonly source: readonly string[];
  /** T tokens: those predicted by each query of `decoder` and `cross`. */
  readonly target: readonly string[];
  /** T tokens: the decoder's inputs, its keys: the start, and the target without its last. */
  readonly read: readonly string[];
  readonly encoder: AttentionMaps;
  readonly decoder: AttentionMaps;
  readonly cross: AttentionMaps;
}

/** Input of {@link sentenceAttention}: an opened model, and a sentence with its translation. */
export interface SentenceSubject extends TokenizedPair {
  readonly model: Seq2SeqLanguageModel;
}

/** Options of {@link sentenceAttention}. */
export interface SentenceAttentionOptions extends Ablation {
  /** The label of the start of the target. Default `<s>`. */
  readonly start?: string;
}

/**
 * Computes the attention of one sentence and its translation: scores and weights of every head of every layer.
 *
 * @throws RangeError if a side has no tokens
 */
export async function sentenceAttention(
  subject: SentenceSubject,
  options: SentenceAttentionOptions = {},
): Promise<SentenceAttention> {
  checkRecord("sentenceAttention", "subject", subject);
  checkRecord("sentenceAttention", "options", options);
  const { model, source, target } = subject;
  const { start = "<s>", ...ablation } = options;
  if (source.ids.length === 0 || target.ids.length === 0) {
    const got = `${source.ids.length} and ${target.ids.length}`;
    throw new RangeError(`sentenceAttention: expected tokens on both sides, got ${got}`);
  }
  using seen = new Recorder(
    Object.values(ATTENTIONS).map((attention) => `${attention}.*`),
    headPatches(ablation.heads ?? {}),
  );
  readSentence(model, source.ids, target.ids, { taps: seen, hiddenSource: ablation.hiddenSource });
  return {
    source: source.tokens,
    target: target.tokens,
    read: [start, ...target.tokens.slice(0, -1)],
    encoder: await mapsOf(seen, ATTENTIONS.encoder, model.encoder.layers.length),
    decoder: await mapsOf(seen, ATTENTIONS.decoder, model.decoder.layers.length),
    cross: await mapsOf(seen, ATTENTIONS.cross, model.decoder.layers.length),
  };
}

/** Activation paths of each kind of attention. */
const ATTENTIONS = {
  encoder: "encoder.layers.*.selfAttn",
  decoder: "decoder.layers.*.selfAttn",
  cross: "decoder.layers.*.crossAttn",
} as const;

/** The stages of attention by their names in maps. */
const STAGES = { weights: "probabilities", scores: "scores", masked: "maskedScores" } as const;

/** Runs one pass over a source and its target, for its taps. */
export function readSentence(
  model: Seq2SeqLanguageModel,
  source: readonly number[],
  target: readonly number[],
  { taps, hiddenSource = [] }: { readonly taps: Taps; readonly hiddenSource?: readonly number[] | undefined },
): void {
  const shifted = [model.generation.decoderStartTokenId, ...target.slice(0, -1)];
  tf.tidy(() => {
    const ids = tf.tensor2d([[...source]], undefined, "int32");
    const decoderIds = tf.tensor2d([shifted], undefined, "int32");
    const attentionMask = hiddenSource.length === 0 ? undefined : visibleSource([1, source.length], hiddenSource);
    model.forward({ ids, decoderIds, attentionMask }, { taps });
  });
}

async function mapsOf(seen: Recorder, attention: string, layers: number): Promise<AttentionMaps> {
  const stage = (name: string) =>
    Array.from({ length: layers }, (_, i) => seen.get<tf.Tensor4D>(`${attention.replace("*", String(i))}.${name}`));
  const [, heads = 0, queries = 0, keys = 0] = stage(STAGES.weights)[0]?.shape ?? [];
  const [weights, scores, masked] = await Promise.all(
    (["weights", "scores", "masked"] as const).map((name) => valuesOf(stage(STAGES[name]))),
  );
  return {
    shape: [layers, heads, queries, keys],
    ...{ weights: weights as Float32Array, scores: scores as Float32Array },
    // The number for masked keys may be any but the score.
    masked: (masked as Float32Array).map((value, i) => (value === scores?.[i] ? value : -Infinity)),
  };
}

async function valuesOf(layers: readonly tf.Tensor4D[]): Promise<Float32Array> {
  const all = layers.length === 0 ? tf.tensor1d([]) : tf.concat(layers as tf.Tensor4D[], 0);
  try {
    return (await all.data()) as Float32Array;
  } finally {
    all.dispose();
  }
}
