import type { RandomStream } from "@qkv/nn";
import { bleu, chrF, type BucketOptions, lengthBucketedBatches, type TrainingTask } from "@qkv/training";
import type { Tokenizer } from "@qkv/tokenizers";
import { generate, type MarianModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { batchTensors } from "./batchTensors.ts";
import { type EncodedPair, encodePairs } from "./encodedPairs.ts";
import type { SentencePair } from "./pairs/pairs.ts";
import type { TranslationTrainingConfig } from "./config/trainingConfig.ts";

/** The pairs of a batch. */
export type PairBatch = readonly EncodedPair[];

export interface TranslationData {
  readonly model: MarianModel;
  readonly tokenizer: Tokenizer;
  /** The pairs of an epoch, counted from 0; the same for the same epoch. */
  readonly training: (epoch: number) => readonly SentencePair[];
  readonly validation: readonly SentencePair[];
}

/** Training a model to translate: cross-entropy of the next target token, validated by its loss, and by BLEU and chrF of greedy translations. */
export function translationTask(
  { model, tokenizer, training, validation }: TranslationData,
  { seed, data: { maxTokens }, training: { tokensPerBatch, labelSmoothing, recompute } }: TranslationTrainingConfig,
): TrainingTask<PairBatch> {
  const { maxPositions } = model.config;
  const maxLength = Math.min(maxTokens, maxPositions);
  const encodedValidation = encodePairs(validation, tokenizer.sides, maxPositions);
  return {
    params: model.params.named(),
    batches: (epoch) =>
      bucketed(encodePairs(training(epoch), tokenizer.sides, maxLength), { tokensPerBatch, seed, epoch }),
    tokens: targetTokens,
    loss: (batch: PairBatch, random: RandomStream) =>
      tf.tidy(() => model.loss(batchTensors(batch, model.generation), { labelSmoothing, random, recompute })),
    validate: async (signal) => ({
      loss: await validationLoss(model, encodedValidation, tokensPerBatch, signal),
      ...(await validationScores(model, tokenizer, validation, signal)),
    }),
  };
}

/** Batches of pairs of about the same length, in an order that the epoch decides. */
function* bucketed(pairs: readonly EncodedPair[], options: BucketOptions): Generator<PairBatch> {
  const lengths = pairs.map(({ source, target }) => [source.length, target.length] as const);
  for (const batch of lengthBucketedBatches(lengths, options).batches) yield batch.flatMap((i) => pairs[i] ?? []);
}

/** The mean cross-entropy of a target token, without smoothing or dropout. */
async function validationLoss(
  model: MarianModel,
  pairs: readonly EncodedPair[],
  tokensPerBatch: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let [sum, count] = [0, 0];
  for (const batch of bucketed(pairs, { tokensPerBatch, seed: 0 })) {
    signal?.throwIfAborted();
    const loss = tf.tidy(() => model.loss(batchTensors(batch, model.generation)));
    const tokens = targetTokens(batch);
    sum += ((await loss.data())[0] ?? NaN) * tokens;
    count += tokens;
    loss.dispose();
  }
  return sum / count;
}

async function validationScores(
  model: MarianModel,
  tokenizer: Tokenizer,
  pairs: readonly SentencePair[],
  signal: AbortSignal | undefined,
): Promise<{ readonly bleu: number; readonly chrf: number }> {
  const byLength = [...pairs].sort((a, b) => a.source.length - b.source.length);
  const hypotheses: string[] = [];
  const rows = 64; // sentences decoded at once
  const maxNewTokens = Math.min(96, model.config.maxPositions);
  for (let start = 0; start < byLength.length; start += rows) {
    const ids = byLength.slice(start, start + rows).map(({ source }) => tokenizer.encode(source).ids);
    const sequences = await generate(model, ids, { maxNewTokens, ...(signal && { signal }) });
    hypotheses.push(...sequences.map(([best]) => tokenizer.decode(best?.ids ?? [], { skipSpecialTokens: true })));
  }
  const references = [byLength.map(({ target }) => target)];
  return { bleu: bleu(hypotheses, references).score, chrf: chrF(hypotheses, references).score };
}

function targetTokens(pairs: readonly EncodedPair[]): number {
  return pairs.reduce((sum, { target }) => sum + target.length, 0);
}
