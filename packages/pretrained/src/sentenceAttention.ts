import { checkRecord } from "@qkv/ops";
import type { Ablation, MarianModel, Seq2SeqOutput, StackOutput } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { TokenizedPair } from "./tokenSequence.ts";

/** What every head of one kind of attention saw: [layers, H, Q, K] in plain numbers, layer by layer. */
export interface AttentionMaps {
  readonly shape: readonly [layers: number, heads: number, queries: number, keys: number];
  /** The weights: each row sums to 1. */
  readonly weights: Float32Array;
  /** The scores before any mask and the softmax. */
  readonly scores: Float32Array;
  /** The scores as the softmax got them: -Infinity where a key is hidden. */
  readonly masked: Float32Array;
}

/** All the attention of one translated sentence. */
export interface SentenceAttention {
  /** S tokens, the keys of `encoder` and `cross`. */
  readonly source: readonly string[];
  /** T tokens: what each query of `decoder` and `cross` answered. */
  readonly target: readonly string[];
  /** T tokens: what the decoder had read by then, its keys: the start, and the target without its last. */
  readonly read: readonly string[];
  readonly encoder: AttentionMaps;
  readonly decoder: AttentionMaps;
  readonly cross: AttentionMaps;
}

/** What {@link sentenceAttention} needs: an opened model, and a sentence with its translation. */
export interface SentenceSubject extends TokenizedPair {
  readonly model: MarianModel;
}

/** How a sentence is read once more. */
export interface SentenceAttentionOptions extends Ablation {
  /** How the start of the target is called. Default `<s>`. */
  readonly start?: string;
}

/**
 * What a model looked at in one sentence and its translation: every head of every layer, and how the weights came to be.
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
  const output = readSentence(model, source.ids, target.ids, { attentions: "stages", ...ablation });
  try {
    const { encoder, decoder } = output;
    return {
      ...{ source: source.tokens, target: target.tokens, read: [start, ...target.tokens.slice(0, -1)] },
      encoder: await mapsOf(encoder.attentionStages),
      decoder: await mapsOf(decoder.attentionStages),
      cross: await mapsOf(decoder.crossAttentionStages),
    };
  } finally {
    tf.dispose(output as unknown as tf.TensorContainer);
  }
}

/** One pass over a source and its target, whose tensors are the caller's. */
export function readSentence(
  model: MarianModel,
  source: readonly number[],
  target: readonly number[],
  { attentions, headMasks, hiddenSource = [] }: { readonly attentions: true | "stages" } & Ablation,
): Seq2SeqOutput {
  const shifted = [model.generation.decoderStartTokenId, ...target.slice(0, -1)];
  const ids = tf.tensor2d([[...source]], undefined, "int32");
  const decoderIds = tf.tensor2d([shifted], undefined, "int32");
  const keep =
    hiddenSource.length === 0
      ? undefined
      : tf.tensor2d([source.map((_, i) => !hiddenSource.includes(i))], undefined, "bool");
  try {
    return model.forward({ ids, decoderIds, keep }, { attentions, headMasks });
  } finally {
    tf.dispose([ids, decoderIds, ...(keep ? [keep] : [])]);
  }
}

async function mapsOf(layers: StackOutput["attentionStages"]): Promise<AttentionMaps> {
  const [, heads = 0, queries = 0, keys = 0] = layers[0]?.weights.shape ?? [];
  const [weights, scores, masked] = await Promise.all(
    (["weights", "scores", "masked"] as const).map((stage) => valuesOf(layers.map((layer) => layer[stage]))),
  );
  return {
    shape: [layers.length, heads, queries, keys],
    ...{ weights: weights as Float32Array, scores: scores as Float32Array },
    // Whatever number stands for hidden, it is not the score.
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
