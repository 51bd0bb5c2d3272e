import { type Answered, type FinetuningTask } from "@qkv/finetuning";
import { adapterFiles, pretrainedFiles } from "@qkv/pretrained";
import type { CausalLanguageModel } from "@qkv/transformer";
import { hubOf } from "../objectives/objectiveRun.ts";
import type { ObjectiveRecipe } from "../objectives/objectiveRecipes.ts";
import type { OpenObjectiveRun } from "../objectives/openObjectiveRun.ts";
import { sideFilesOf } from "../quantization/sideFiles.ts";
import type { HubParameters } from "../torch/hubParameters.ts";
import { UsageError } from "../usageError.ts";
import { batchesOf, exampleRecorder } from "./batchRecorder.ts";
import type { OpenedRun } from "./openedRun.ts";

/** A run of instructions as PyTorch goes on with it: of the whole model, or of an adapter on it. @throws UsageError for what it cannot */
export function instructionsRun(opened: OpenObjectiveRun): OpenedRun<readonly Answered[]> {
  const { run, task, groups, modelFiles, pretrained, adapter } = opened;
  checkRecipe(run.config);
  const model = pretrained.model as unknown as CausalLanguageModel;
  const { tokenizer } = pretrained;
  const sides = async () => ({
    ...(tokenizer !== undefined && { tokenizer }),
    files: await sideFilesOf(modelFiles, pretrained),
  });
  const recorder = exampleRecorder();
  const shared = {
    run,
    task: task as FinetuningTask<Answered>,
    groups,
    hub: hubOf(opened) as HubParameters,
    recorder,
    validation: batchesOf(opened.held as readonly Answered[], run.config.training.batchSize).map((batch) =>
      recorder.rows(batch),
    ),
    fields: {},
  };
  if (adapter === undefined) return { ...shared, files: async () => pretrainedFiles({ model, ...(await sides()) }) };
  return {
    ...shared,
    files: () => adapterFiles({ model, adapter, base: run.config.model }),
    baseFiles: async () => {
      adapter.detach();
      const isCoded = [...model.params.weights().values()].some(({ format }) => typeof format === "object");
      const dtype = isCoded ? "F32" : "auto"; // PyTorch opens no codes
      return pretrainedFiles({ model, dtype, ...(await sides()) });
    },
  };
}

/** Holds a recipe to what `train.py` does. */
function checkRecipe({ adapter, teacher, training, validation }: ObjectiveRecipe): void {
  const { optimizer, accumulate, layerDecay, rates } = training;
  const unknown = Object.entries({
    teacher,
    "training.layerDecay": layerDecay,
    "training.rates": rates,
    "training.accumulate": accumulate === 1 ? undefined : accumulate,
    "training.optimizer muon with an adapter": adapter !== undefined && optimizer === "muon" ? optimizer : undefined,
    "validation.patience": validation.patience,
  }).find(([, value]) => value !== undefined);
  if (unknown !== undefined)
    throw new UsageError(`export torch: expected a recipe without ${unknown[0]}, got one with it`);
}
