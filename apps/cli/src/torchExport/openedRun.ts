import { pretrainedFiles, adapterFiles } from "@qkv/pretrained";
import type { TrainingTask } from "@qkv/training";
import { type OpenLoraRun, withLoraRun } from "../finetuning/trainingRun.ts";
import { loraTask } from "../finetuning/loraTask.ts";
import { sideFilesOf } from "../quantization/sideFiles.ts";
import { chunkStarts } from "../textGeneration/measureText.ts";
import { textTask } from "../textGeneration/textTask.ts";
import { type OpenTextRun, withTextRun } from "../textGeneration/trainingRun.ts";
import { adapterParameters, type HubParameters, modelParameters } from "../torch/hubParameters.ts";
import type { OptimizedGroups } from "../training/newOptimizer.ts";
import type { Recipe } from "../training/recipe.ts";
import type { RunFolder } from "../training/runFolder.ts";
import { type OpenTranslationRun, withTranslationRun } from "../translation/trainingRun.ts";
import { type BatchRecorder, chunkRecorder, exampleRecorder, pairRecorder } from "./batchRecorder.ts";

/** A run with all that its export takes. */
export interface OpenedRun<Batch = never> {
  readonly run: RunFolder<Recipe>;
  readonly task: TrainingTask<Batch>;
  readonly groups: OptimizedGroups;
  readonly hub: HubParameters;
  readonly recorder: BatchRecorder<Batch>;
  /** Rows of the batches that are validated by their loss; none where another figure decides. */
  readonly validation: readonly (readonly (readonly number[])[])[];
  /** Fields that `train.py` needs of this kind of model. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The files of the model or adapter, with the parameters that it has now. */
  files(): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Those of the model below an adapter. */
  baseFiles?(): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** What opens a run. */
export interface RunOpening {
  readonly resume: string;
  readonly data?: string;
  readonly startBackend: () => Promise<string>;
}

type Work = <Batch>(opened: OpenedRun<Batch>) => Promise<void>;

/** The kinds of runs that PyTorch goes on with, by `task`: each opens a run for some work. */
export const EXPORTED_TASKS: Readonly<Record<string, (opening: RunOpening, work: Work) => Promise<void>>> = {
  "text-generation": (opening, work) => withTextRun(opening, (opened) => work(textRun(opened))),
  translation: (opening, work) => withTranslationRun(opening, (opened) => work(translationRun(opened))),
  lora: (opening, work) => withLoraRun(opening, (opened) => work(loraRun(opened))),
};

function textRun({ run, model, tokenizer, training, validation }: OpenTextRun) {
  const { maxPositions } = model.config;
  const [recorder, validated] = chunkRecorder(maxPositions, training, validation);
  return {
    run,
    task: textTask({ model, training, validation }, run.config),
    groups: { matrices: model.params.named("matrix") },
    hub: modelParameters(model),
    recorder: recorder as NonNullable<typeof recorder>,
    validation: batchesOf(chunkStarts(validation, maxPositions), 16).map((batch) => validated?.rows(batch) ?? []),
    fields: {},
    files: () => pretrainedFiles({ model, tokenizer }),
  };
}

function translationRun({ run, model, tokenizer, task }: OpenTranslationRun) {
  const { padTokenId, decoderStartTokenId } = model.generation;
  return {
    run,
    task,
    groups: { matrices: model.params.named("matrix") },
    hub: modelParameters(model),
    recorder: pairRecorder(),
    validation: [], // BLEU decides
    fields: { padTokenId, decoderStartTokenId },
    files: () => pretrainedFiles({ model, tokenizer, languages: run.config.languages }),
  };
}

function loraRun({ run, files, opened, model, adapter, training, validation }: OpenLoraRun) {
  const recorder = exampleRecorder();
  return {
    run,
    task: loraTask({ model, adapter, training, validation }, run.config),
    groups: { matrices: adapter.named() },
    hub: adapterParameters(model, adapter),
    recorder,
    validation: batchesOf(validation, run.config.training.batchSize).map((batch) => recorder.rows(batch)),
    fields: {},
    files: () => adapterFiles({ model, adapter, base: run.config.model }),
    baseFiles: async () => {
      adapter.detach();
      const isCoded = [...model.params.weights().values()].some(({ format }) => typeof format === "object");
      const dtype = isCoded ? "F32" : "auto"; // PyTorch opens no codes
      const { tokenizer } = opened;
      const sides = { ...(tokenizer !== undefined && { tokenizer }), files: await sideFilesOf(files, opened) };
      return pretrainedFiles({ model, dtype, ...sides });
    },
  };
}

function batchesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
