import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { writeSafetensors } from "@qkv/safetensors";
import { assignVariables, type Checkpoint, readVariables } from "@qkv/training";
import { fileCheckpoints } from "@qkv/training/node";
import { expectNewFolder } from "../export/writeFolder.ts";
import { note } from "../note.ts";
import { toTorch, TORCH_OPTIMIZERS } from "../torch/moments.ts";
import { TORCH_FOLDER, writeTorchState } from "../torch/torchState.ts";
import { unreadable } from "../unreadable.ts";
import { UsageError } from "../usageError.ts";
import { EXPORTED_TASKS } from "./exportedTasks.ts";
import type { OpenedRun } from "./openedRun.ts";
import { recordBatches } from "./recordBatches.ts";
import { runFile } from "./runFile.ts";
import { trainingScript } from "./trainingScript.ts";

/** What is exported where. */
export interface ExportTorchOptions {
  /** The run's folder, and that of its data. */
  readonly run: string;
  readonly data?: string;
  /** A new or an empty folder. */
  readonly out: string;
  readonly startBackend: () => Promise<string>;
}

/** What an export has made. */
export interface ExportedTorch {
  readonly task: string;
  /** The step that PyTorch begins after, and how many it has batches for. */
  readonly step: number;
  readonly steps: number;
}

/**
 * Writes a run's folder with `train.py`, which goes on with it in PyTorch, and `torch/`: the recipe, the batches to come, and the
 * last state with Hugging Face's names. The run itself stays as it is. `qkv train TASK --resume OUT` goes on from where PyTorch was.
 *
 * @throws UsageError if nothing is left to do, or if PyTorch has no such model or optimizer
 */
export async function exportTorch({ run, data, out, startBackend }: ExportTorchOptions): Promise<ExportedTorch> {
  await expectNewFolder(out, false);
  if (!path.relative(run, out).startsWith("..")) {
    throw new UsageError(`--out: expected a folder outside of the run's, got ${out}`);
  }
  const opening = await openingOf(run);
  const part = `${path.resolve(out)}.part`;
  let made: ExportedTorch | undefined;
  try {
    await opening({ resume: run, startBackend, ...(data !== undefined && { data }) }, async (opened) => {
      made = await writeRun(opened, part);
    });
    await rename(part, out);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  if (made === undefined) throw new RangeError("expected an export, got none");
  return made;
}

/** What opens the run, by its recipe. @throws UsageError */
async function openingOf(run: string): Promise<(typeof EXPORTED_TASKS)[string]> {
  const file = path.join(run, "config.json");
  let config: { readonly task?: string; readonly training?: { readonly optimizer?: string } };
  try {
    config = JSON.parse(await readFile(file, "utf8")) as typeof config;
  } catch (error) {
    const got = error instanceof SyntaxError ? error.message : unreadable(error);
    throw new UsageError(`${file}: expected the config of a run, got ${got}`);
  }
  const { task = "none", training } = config;
  const optimizer = training?.optimizer ?? "adamW";
  const known = Object.hasOwn(EXPORTED_TASKS, task) ? EXPORTED_TASKS[task] : undefined;
  if (known === undefined) {
    throw new UsageError(`${file}: expected a task of ${Object.keys(EXPORTED_TASKS).join(", ")}, got ${task}`);
  }
  if (!TORCH_OPTIMIZERS.includes(optimizer)) {
    throw new UsageError(`${file}: expected an optimizer of ${TORCH_OPTIMIZERS.join(", ")}, got ${optimizer}`);
  }
  return known;
}

const LEFT_BEHIND = new Set(["model", "adapter", "torch", "train.py", "curve.svg", "run.lock"]);

async function writeRun<Batch>(opened: OpenedRun<Batch>, out: string): Promise<ExportedTorch> {
  const { run, task, groups, hub, recorder, validation, fields } = opened;
  const { folder, config } = run;
  const { steps, optimizer } = config.training;
  const { progress, ...state } = (await checkpointOf(folder)) ?? startOf(config.seed);
  if (progress.step >= steps) {
    throw new UsageError(`${folder}: expected a run with steps to make, got one that has made all ${steps}`);
  }
  if (progress.step > 0) assignVariables("the checkpoint's parameters", task.params, state.params);
  const params = await readVariables(task.params);
  const moments = await toTorch(optimizer, state.optimizer, hub);
  const trained = new Map([...task.params].filter(([, { trainable }]) => trainable));
  const about = await runFile({ recipe: config, groups, hub, params, trained });
  const files = await opened.files();
  const base = await opened.baseFiles?.();
  const batches = await recordBatches({ task, recorder, steps, validation }, progress);

  await rm(out, { recursive: true, force: true });
  const isKept = (file: string) => !LEFT_BEHIND.has(path.relative(folder, file)) && !file.endsWith(".tmp");
  await cp(folder, out, { recursive: true, filter: isKept });
  const within = path.join(out, TORCH_FOLDER);
  await mkdir(within, { recursive: true });
  await writeTorchState(out, { task: config.task, optimizer, progress, moments }, files, hub.weights);
  await writeFile(path.join(within, "batches.safetensors"), writeSafetensors(batches));
  const json = { ...about, kind: recorder.kind, adapter: base !== undefined, ...fields };
  await writeFile(path.join(within, "run.json"), `${JSON.stringify(json, undefined, 2)}\n`);
  if (base !== undefined) await mkdir(path.join(within, "base"));
  for (const [name, bytes] of base ?? []) await writeFile(path.join(within, "base", name), bytes);
  await cp(trainingScript(), path.join(out, "train.py"));
  return { task: config.task, step: progress.step, steps: steps - progress.step };
}

/** The last whole checkpoint of a run, undefined if it has none yet. */
function checkpointOf(folder: string): Promise<Checkpoint | undefined> {
  const onSkipped = (file: string, reason: string) => note(`skipped a damaged checkpoint: ${file}: ${reason}`);
  return fileCheckpoints(path.join(folder, "checkpoints"), { onSkipped }).latest();
}

function startOf(seed: number): Checkpoint {
  const progress = { step: 0, epoch: 0, position: 0, seed, tokens: 0, validatedStep: 0, validationsSinceBest: 0 };
  return { progress, params: new Map(), optimizer: new Map() };
}
