import { type Answered, answersTask, withAdapterDropout } from "@qkv/finetuning";
import type { Adapter } from "@qkv/nn";
import type { TrainingTask } from "@qkv/training";
import type { CausalLanguageModel } from "@qkv/transformer";
import type { LoraTrainingConfig } from "./trainingConfig.ts";

/** What is trained on what. */
export interface LoraTaskData {
  readonly model: CausalLanguageModel;
  /** On the model. */
  readonly adapter: Adapter;
  readonly training: readonly Answered[];
  readonly validation: readonly Answered[];
}

/** Training an adapter alone: cross-entropy of the learned tokens, validated by the same on other examples. */
export function loraTask(
  { model, adapter, training, validation }: LoraTaskData,
  { seed, training: { batchSize } }: LoraTrainingConfig,
): TrainingTask<readonly Answered[]> {
  const task = answersTask(model, { training, validation, batchSize, seed, params: adapter.named() });
  return withAdapterDropout(task, adapter);
}
