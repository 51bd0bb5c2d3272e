import path from "node:path";
import { type FinetuningTask, OBJECTIVES, withAdapterDropout, withTeacher } from "@qkv/finetuning";
import type { Adapter } from "@qkv/nn";
import { mergeLora } from "@qkv/nn";
import { createAdapter, loadPretrained, type Pretrained } from "@qkv/pretrained";
import { saveAdapter, savePretrained } from "@qkv/pretrained/node";
import { dataFolder } from "../dataFolder.ts";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { openModelFiles } from "../openModelFiles.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { readRecipe } from "../training/recipe.ts";
import { inRunFolder, readRun, type RunChoice, type RunFolder } from "../training/runFolder.ts";
import { trainInFolder } from "../training/trainInFolder.ts";
import { UsageError } from "../usageError.ts";
import { type DataFile, encodeAll, type RawExample, readExamples, type SomeObjective } from "./examples.ts";
import type { ObjectiveName } from "./objectiveNames.ts";
import { OBJECTIVE_RECIPES, type ObjectiveRecipe } from "./objectiveRecipes.ts";
import { memoryNote } from "./memoryNote.ts";
import { checkIdentity, keepIdentity, runIdentity } from "./runIdentity.ts";
import { rateShares } from "./rateShares.ts";
import { isNewHead, trainedOf } from "./trainedOf.ts";

/** Where a run gets what it needs from. */
export interface ObjectiveRunOptions extends RunChoice {
  /** The folder of the data; QKV_DATA by default. */
  readonly data?: string;
  readonly startBackend: () => Promise<string>;
}

/**
 * Fine-tunes a model in a folder of its own: `config.json`, `run.json`, `log.jsonl`, `checkpoints/` and, when it has finished,
 * `model/` with the parameters of the best validation, or `adapter/` where updates were trained beside a language model. All records
 * are read and checked before anything is written.
 */
export async function runObjective(name: ObjectiveName, options: ObjectiveRunOptions): Promise<void> {
  const schema = OBJECTIVE_RECIPES[name];
  const run = await readRun<ObjectiveRecipe>(options, (file) => readRecipe(schema, file));
  const { config } = run;
  const objective = OBJECTIVES[name] as unknown as SomeObjective;
  const settings = { ...config.objective, maxTokens: config.data.maxTokens, seed: config.seed };
  const read = (file: string) => {
    const whole = path.resolve(dataFolder(options.data), file);
    return readExamples(whole, objective, settings, config.data.columns);
  };
  const training = await read(config.data.training);
  const validation = config.data.validation === undefined ? undefined : await read(config.data.validation);
  const files = [training, ...(validation === undefined ? [] : [validation])];
  const raws = files.flatMap(({ examples }) => examples.map(({ raw }) => raw));
  const initialize = asUsage(training.file, () => objective.initialize(raws, settings));
  const modelFiles = await openModelFiles(config.model, "model");
  const backend = await options.startBackend();
  const dtype = isPackable(config, objective) ? "auto" : "float32";
  const pretrained = await loadPretrained(modelFiles, { dtype, initialize, ...tokenizerOptions() });
  try {
    let cut = 0;
    const encode = asUsage("model", () => objective.encoder(pretrained, settings, () => (cut += 1)));
    const parts = validation === undefined ? splitExamples(training, config) : [training.examples, validation.examples];
    const [learned, held] = [await encodeAll(parts[0] ?? [], encode), await encodeAll(parts[1] ?? [], encode)];
    if (cut > 0) note(`${cut} texts are too long: they are cut, or left out where all of it is needed`);
    note(`backend ${backend}; ${learned.length} examples to train on, ${held.length} for validation`);
    await trained(run, { objective, settings, pretrained, files, learned, held });
  } finally {
    pretrained.model.dispose();
  }
}

interface Prepared {
  readonly objective: SomeObjective;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly pretrained: Pretrained;
  readonly files: readonly DataFile[];
  readonly learned: readonly unknown[];
  readonly held: readonly unknown[];
}

/** Trains in the run's folder, which is made when nothing is left to be wrong. */
async function trained(run: RunFolder<ObjectiveRecipe>, prepared: Prepared): Promise<void> {
  const { config } = run;
  const { objective, settings, pretrained, files, learned, held } = prepared;
  const { model, architecture } = pretrained;
  const adapter = await adapterOf(config, pretrained);
  const teacher = await teacherOf(config);
  try {
    adapter?.attach();
    const params = trainedOf(model, config, adapter);
    const identity = await runIdentity(config, files, {
      architecture,
      model,
      trained: params.size,
      teacher: teacher?.model,
    });
    if (run.resumed) await checkIdentity(run, identity);
    const { batchSize } = config.training;
    const data = { training: learned, validation: held, batchSize, seed: config.seed, params };
    const rates = rateShares([...params.keys()], config.training);
    const plain = await asUsageAsync(config.data.training, () => objective.createTask(pretrained, data, settings));
    const taught = asUsage("teacher", () => taughtBy(teacher, plain, prepared, config));
    const task = adapter === undefined ? taught : withAdapterDropout(taught, adapter);
    const { metric = Object.keys(task.metrics)[0] ?? "loss", patience } = config.validation;
    const mode = task.metrics[metric];
    if (mode === undefined) {
      const known = Object.keys(task.metrics).join(", ");
      throw new UsageError(`validation.metric: expected one of ${known}, got ${metric}`);
    }
    const kinds = model.params.kinds();
    const isMatrix = (name: string) => kinds.get(name) === "matrix" || adapter?.named().has(name) === true;
    note(memoryNote(model, params, config.training.optimizer));
    await inRunFolder(run, async () => {
      await keepIdentity(run, identity);
      await untilInterrupted((signal) =>
        trainInFolder(run, task, {
          best: metric,
          mode,
          unit: task.unit,
          groups: { matrices: new Map([...params].filter(([name]) => isMatrix(name))), rates },
          command: `qkv train ${objective.name}`,
          accumulate: config.training.accumulate,
          ...(patience !== undefined && { patience }),
          signal,
        }),
      );
      await save(run, prepared, adapter);
    });
  } finally {
    teacher?.model.dispose();
    adapter?.dispose();
  }
}

/** The finished model, or what was learned beside it. */
async function save(
  { config, folder }: RunFolder<ObjectiveRecipe>,
  prepared: Prepared,
  adapter?: Adapter,
): Promise<void> {
  const { objective, settings, pretrained } = prepared;
  const { model, tokenizer, chatTemplate, direction, generationConfig } = pretrained;
  if (adapter !== undefined && !isNewHead(objective)) {
    const target = path.join(folder, "adapter");
    await saveAdapter(target, { model, adapter, base: config.model });
    return note(`saved ${target}`);
  }
  if (adapter !== undefined) mergeLora(model.params);
  const template = chatTemplate && new Map([["chat_template.jinja", new TextEncoder().encode(chatTemplate.template)]]);
  const target = path.join(folder, "model");
  await savePretrained(target, {
    model,
    ...(tokenizer && { tokenizer }),
    ...(direction && { languages: { source: direction.from, target: direction.to } }),
    generationConfig,
    files: new Map([...(template ?? []), ...(objective.files?.(pretrained, settings) ?? [])]),
  });
  note(`saved ${target}`);
}

async function adapterOf(config: ObjectiveRecipe, { model }: Pretrained): Promise<Adapter | undefined> {
  if (config.adapter === undefined) return undefined;
  const { rank, alpha = 2 * rank, ...choice } = config.adapter;
  return createAdapter(model, { rank, alpha, ...choice, seed: config.seed });
}

/** Opens the recipe's teacher, in the format that it is stored in: it only reads. */
async function teacherOf({ teacher }: ObjectiveRecipe): Promise<Pretrained | undefined> {
  if (teacher === undefined) return undefined;
  return loadPretrained(await openModelFiles(teacher.model, "teacher.model"), tokenizerOptions());
}

/** The task with the teacher's part of the loss. @throws RangeError if the two do not fit */
function taughtBy(
  teacher: Pretrained | undefined,
  task: FinetuningTask,
  { pretrained }: Prepared,
  { teacher: options }: ObjectiveRecipe,
): FinetuningTask {
  if (teacher === undefined || options === undefined) return task;
  const { temperature, share } = options;
  return withTeacher(task, pretrained, teacher, { temperature, share });
}

/** Whether a model may stay in 16, 8 or 4 bits: nothing of its own is trained. */
function isPackable({ adapter, objective: { fromScratch } }: ObjectiveRecipe, objective: SomeObjective): boolean {
  return adapter !== undefined && !isNewHead(objective) && fromScratch !== true;
}

/** The first examples to train on, the last for validation. @throws UsageError if there are too few */
function splitExamples({ file, examples }: DataFile, { data }: ObjectiveRecipe): readonly (readonly RawExample[])[] {
  if (examples.length < 2) throw new UsageError(`${file}: expected at least two examples, got ${examples.length}`);
  const count = Math.min(examples.length - 1, Math.max(1, Math.round(examples.length * data.validationShare)));
  return [examples.slice(0, -count), examples.slice(-count)];
}

function asUsage<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${where}: ${error.message}`);
    throw error;
  }
}

async function asUsageAsync<T>(where: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${where}: ${error.message}`);
    throw error;
  }
}
