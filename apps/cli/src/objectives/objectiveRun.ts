import path from "node:path";
import { mergeLora } from "@qkv/nn";
import { chatTemplateFiles } from "@qkv/pretrained";
import { saveAdapter, savePretrained } from "@qkv/pretrained/node";
import type { CausalLanguageModel } from "@qkv/transformer";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { adapterParameters, type HubParameters, modelParameters } from "../torch/hubParameters.ts";
import { trainInFolder } from "../training/trainInFolder.ts";
import type { ObjectiveName } from "./objectiveNames.ts";
import { type ObjectiveRunOptions, type OpenObjectiveRun, withObjectiveRun } from "./openObjectiveRun.ts";
import { isNewHead } from "./trainedOf.ts";

/**
 * Fine-tunes a model in a folder of its own: `config.json`, `run.json`, `log.jsonl`, `checkpoints/` and, when it has finished,
 * `model/` with the parameters of the best validation, or `adapter/` where updates were trained beside a language model. All records
 * are read and checked before anything is written.
 */
export function runObjective(name: ObjectiveName, options: ObjectiveRunOptions): Promise<void> {
  return withObjectiveRun(name, options, async (opened) => {
    const { run, task, metric, mode, groups } = opened;
    const { training, validation } = run.config;
    const hub = hubOf(opened);
    await untilInterrupted((signal) =>
      trainInFolder(run, task, {
        best: metric,
        mode,
        unit: task.unit,
        groups,
        ...(hub !== undefined && { hub }),
        command: `qkv train ${name}`,
        accumulate: training.accumulate,
        ...(validation.patience !== undefined && { patience: validation.patience }),
        signal,
      }),
    );
    await save(opened);
  });
}

/** The trained parameters in Hugging Face's files, of a run that PyTorch may go on with; undefined of any other. */
export function hubOf({ objective, pretrained, adapter }: OpenObjectiveRun): HubParameters | undefined {
  if (objective.modelTask !== "causalLM") return undefined;
  const model = pretrained.model as unknown as CausalLanguageModel;
  return adapter === undefined ? modelParameters(model) : adapterParameters(model, adapter);
}

/** The languages that a model of many learned to translate between. */
function languagesOf({ sourceLanguage: source, targetLanguage: target }: OpenObjectiveRun["settings"]) {
  return typeof source === "string" && typeof target === "string" ? { source, target } : undefined;
}

/** The finished model, or what was learned beside it. */
async function save({ run, objective, settings, pretrained, adapter }: OpenObjectiveRun): Promise<void> {
  const { config, folder } = run;
  const { model, tokenizer, chatTemplate, direction, generationConfig } = pretrained;
  const { spectrogram, waveform, ctcVocabulary } = pretrained;
  if (adapter !== undefined && !isNewHead(objective)) {
    const target = path.join(folder, "adapter");
    await saveAdapter(target, { model, adapter, base: config.model });
    return note(`saved ${target}`);
  }
  if (adapter !== undefined) mergeLora(model.params);
  const target = path.join(folder, "model");
  const languages = languagesOf(settings) ?? (direction && { source: direction.from, target: direction.to });
  await savePretrained(target, {
    model,
    ...(tokenizer && { tokenizer }),
    ...(spectrogram && { spectrogram }),
    ...(waveform && { waveform }),
    ...(ctcVocabulary && { ctcVocabulary }),
    ...(languages && { languages }),
    generationConfig,
    files: new Map([
      ...(chatTemplate === undefined ? [] : chatTemplateFiles(chatTemplate)),
      ...(objective.files?.(pretrained, settings) ?? []),
    ]),
  });
  note(`saved ${target}`);
}
