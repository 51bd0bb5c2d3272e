import type { RandomStream } from "@qkv/nn";
import type { TrainingTask } from "@qkv/training";
import type { CausalLanguageModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { measureText } from "./measureText.ts";
import { type ChunkBatch, chunkBatches, chunkTensors } from "./chunks.ts";
import type { TextTrainingConfig } from "./trainingConfig.ts";

export interface TextTaskData {
  readonly model: CausalLanguageModel;
  /** Token ids. */
  readonly training: Int32Array;
  readonly validation: Int32Array;
}

/** Training a model to go on with a text: cross-entropy of the next token, validated by the same on another part. */
export function textTask(
  { model, training, validation }: TextTaskData,
  { seed, training: { batchSize, labelSmoothing, recompute } }: TextTrainingConfig,
): TrainingTask<ChunkBatch> {
  const length = model.config.maxPositions;
  return {
    params: model.params.named(),
    batches: (epoch) => chunkBatches(training.length, { length, batchSize, seed, epoch }),
    tokens: (batch) => batch.length * length,
    loss: (batch: ChunkBatch, random: RandomStream) =>
      tf.tidy(() => model.loss(chunkTensors(training, batch, length), { labelSmoothing, random, recompute })),
    validate: async (signal) => {
      const { loss } = await measureText(model, validation, { signal });
      return { loss, perplexity: Math.exp(loss) };
    },
  };
}
