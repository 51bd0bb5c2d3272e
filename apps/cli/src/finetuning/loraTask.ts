import type { Adapter, RandomStream } from "@qkv/nn";
import { shuffledBatches, type TrainingTask } from "@qkv/training";
import type { CausalInputs, CausalLanguageModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { Example } from "./examples.ts";
import type { LoraTrainingConfig } from "./trainingConfig.ts";

/** What is trained on what. */
export interface LoraTaskData {
  readonly model: CausalLanguageModel;
  /** On the model. */
  readonly adapter: Adapter;
  readonly training: readonly Example[];
  readonly validation: readonly Example[];
}

/** Training an adapter alone: cross-entropy of the learned tokens, validated by the same on other examples. */
export function loraTask(
  { model, adapter, training, validation }: LoraTaskData,
  { seed, training: { batchSize } }: LoraTrainingConfig,
): TrainingTask<readonly Example[]> {
  return {
    params: adapter.named(),
    batches: (epoch) =>
      shuffledBatches(training.length, { batchSize, seed, epoch }).map((batch) =>
        batch.map((i) => training[i] as Example),
      ),
    tokens: learnedTokens,
    loss: (batch, random: RandomStream) => tf.tidy(() => model.loss(exampleTensors(batch), { random })),
    validate: async (signal) => {
      let [sum, tokens] = [0, 0];
      for (let from = 0; from < validation.length; from += batchSize) {
        signal?.throwIfAborted();
        const batch = validation.slice(from, from + batchSize);
        const loss = tf.tidy(() => model.loss(exampleTensors(batch)));
        const count = learnedTokens(batch);
        sum += ((await loss.data())[0] ?? NaN) * count;
        tokens += count;
        loss.dispose();
      }
      return { loss: sum / tokens, perplexity: Math.exp(sum / tokens) };
    },
  };
}

function learnedTokens(batch: readonly Example[]): number {
  return batch.reduce((sum, { ids, given }) => sum + ids.length - Math.max(given, 1), 0);
}

const IGNORED = -100;

/** Examples side by side, padded at their ends, and what follows each token that is to be learned. */
export function exampleTensors(batch: readonly Example[]): CausalInputs & { readonly labels: tf.Tensor2D } {
  const longest = Math.max(...batch.map(({ ids }) => ids.length)) - 1; // nothing follows the last
  const [inputs, labels, mask] = [0, IGNORED, 0].map((filler) => new Int32Array(batch.length * longest).fill(filler));
  for (const [row, { ids, given }] of batch.entries()) {
    for (let i = 0; i + 1 < ids.length; i++) {
      const at = row * longest + i;
      (inputs as Int32Array)[at] = ids[i] as number;
      (mask as Int32Array)[at] = 1;
      if (i + 1 >= given) (labels as Int32Array)[at] = ids[i + 1] as number;
    }
  }
  const tensor = (values: Int32Array | undefined, dtype: "int32" | "bool" = "int32") =>
    tf.tensor2d(dtype === "bool" ? Uint8Array.from(values ?? []) : (values ?? []), [batch.length, longest], dtype);
  return { ids: tensor(inputs), attentionMask: tensor(mask, "bool"), labels: tensor(labels) };
}
