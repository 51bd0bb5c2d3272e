import { pretrainedFiles } from "@qkv/pretrained";
import { withObjectiveRun } from "../objectives/openObjectiveRun.ts";
import { chunkStarts } from "../textGeneration/measureText.ts";
import { textTask } from "../textGeneration/textTask.ts";
import { type OpenTextRun, withTextRun } from "../textGeneration/trainingRun.ts";
import { modelParameters } from "../torch/hubParameters.ts";
import { type OpenTranslationRun, withTranslationRun } from "../translation/trainingRun.ts";
import { batchesOf, chunkRecorder, pairRecorder } from "./batchRecorder.ts";
import { instructionsRun } from "./instructionsRun.ts";
import type { OpenedRun } from "./openedRun.ts";

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
  instructions: (opening, work) => withObjectiveRun("instructions", opening, (opened) => work(instructionsRun(opened))),
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
