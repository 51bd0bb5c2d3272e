import path from "node:path";
import { type FinetuningTask, OBJECTIVES, withAdapterDropout, withTeacher } from "@qkv/finetuning";
import type { Adapter } from "@qkv/nn";
import { createAdapter, loadPretrained, type ModelFiles, type Pretrained } from "@qkv/pretrained";
import { dataFolder } from "../dataFolder.ts";
import { note } from "../note.ts";
import { openModelFiles } from "../openModelFiles.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import type { OptimizedGroups } from "../training/newOptimizer.ts";
import { readRecipe } from "../training/recipe.ts";
import { inRunFolder, readRun, type RunChoice, type RunFolder } from "../training/runFolder.ts";
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

/** A run whose data, model, adapter and teacher are open. */
export interface OpenObjectiveRun {
  readonly run: RunFolder<ObjectiveRecipe>;
  readonly objective: SomeObjective;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The files of the model, and what was opened of them. */
  readonly modelFiles: ModelFiles;
  readonly pretrained: Pretrained;
  /** On the model. */
  readonly adapter: Adapter | undefined;
  readonly task: FinetuningTask;
  /** The figure that decides which parameters are best, and whether it is to be low or high. */
  readonly metric: string;
  readonly mode: "min" | "max";
  readonly groups: OptimizedGroups;
  /** The encoded examples of the validation. */
  readonly held: readonly unknown[];
}

/** Opens what a run is made of, a new one's folder too, and disposes of it after the work. */
export async function withObjectiveRun(
  name: ObjectiveName,
  options: ObjectiveRunOptions,
  work: (opened: OpenObjectiveRun) => Promise<void>,
): Promise<void> {
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
    if (cut > 0) note(`${cut} examples are too long: they are cut, or left out where all of it is needed`);
    note(`backend ${backend}; ${learned.length} examples to train on, ${held.length} for validation`);
    await prepared({ run, objective, settings, modelFiles, pretrained, files, learned, held }, work);
  } finally {
    pretrained.model.dispose();
  }
}

interface Prepared extends Pick<
  OpenObjectiveRun,
  "run" | "objective" | "settings" | "modelFiles" | "pretrained" | "held"
> {
  readonly files: readonly DataFile[];
  readonly learned: readonly unknown[];
}

/** Works in the run's folder, which is made when nothing is left to be wrong. */
async function prepared(
  { files, learned, ...parts }: Prepared,
  work: (opened: OpenObjectiveRun) => Promise<void>,
): Promise<void> {
  const { run, objective, settings, pretrained, held } = parts;
  const { config } = run;
  const { model, architecture } = pretrained;
  const adapter = await adapterOf(config, pretrained);
  const teacher = await teacherOf(config);
  try {
    adapter?.attach();
    const params = trainedOf(model, config, adapter, (name) => objective.isFrozen?.(name, settings) === true);
    const identity = await runIdentity(config, files, {
      architecture,
      model,
      trained: params.size,
      teacher: teacher?.model,
    });
    if (run.resumed) await checkIdentity(run, identity);
    const { batchSize, recompute } = config.training;
    const data = { training: learned, validation: held, batchSize, seed: config.seed, params, recompute };
    const rates = rateShares([...params.keys()], config.training);
    const plain = await asUsageAsync(config.data.training, () => objective.createTask(pretrained, data, settings));
    const taught = asUsage("teacher", () => taughtBy(teacher, plain, pretrained, config));
    const task = adapter === undefined ? taught : withAdapterDropout(taught, adapter);
    const kinds = model.params.kinds();
    const isMatrix = (name: string) => kinds.get(name) === "matrix" || adapter?.named().has(name) === true;
    const groups = { matrices: new Map([...params].filter(([name]) => isMatrix(name))), rates };
    note(memoryNote(model, params, config.training.optimizer));
    const opened = { ...parts, adapter, task, groups, ...judgedBy(task, config) };
    await inRunFolder(run, async () => {
      await keepIdentity(run, identity);
      await work(opened);
    });
  } finally {
    teacher?.model.dispose();
    adapter?.dispose();
  }
}

/** The figure that decides which parameters are best. @throws UsageError if validation has none of that name */
function judgedBy(
  { metrics }: FinetuningTask,
  { validation }: ObjectiveRecipe,
): Pick<OpenObjectiveRun, "metric" | "mode"> {
  const { metric = Object.keys(metrics)[0] ?? "loss" } = validation;
  const mode = metrics[metric];
  if (mode !== undefined) return { metric, mode };
  throw new UsageError(`validation.metric: expected one of ${Object.keys(metrics).join(", ")}, got ${metric}`);
}

async function adapterOf(config: ObjectiveRecipe, { model }: Pretrained): Promise<Adapter | undefined> {
  if (config.adapter === undefined) return undefined;
  const { rank, alpha = 2 * rank, modulesToSave, ...choice } = config.adapter;
  return createAdapter(model, {
    ...{ rank, alpha, ...choice, seed: config.seed },
    ...(modulesToSave !== undefined && { modulesToSave }),
  });
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
  pretrained: Pretrained,
  { teacher: options, training: { recompute } }: ObjectiveRecipe,
): FinetuningTask {
  if (teacher === undefined || options === undefined) return task;
  const { temperature, share } = options;
  return withTeacher(task, pretrained, teacher, { temperature, share, recompute });
}

/** Whether a model may stay in 16, 8 or 4 bits: nothing of its own is trained. */
function isPackable({ adapter, objective: { fromScratch } }: ObjectiveRecipe, objective: SomeObjective): boolean {
  if (adapter === undefined || adapter.modulesToSave !== undefined) return false;
  return !isNewHead(objective) && fromScratch !== true;
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
