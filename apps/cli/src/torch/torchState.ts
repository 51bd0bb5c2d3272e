import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { StateDict } from "@qkv/nn";
import { safeTensor, writeSafetensors } from "@qkv/safetensors";
import type { Progress } from "@qkv/training";
import { z } from "zod";
import { unreadable } from "../unreadable.ts";
import { UsageError } from "../usageError.ts";
import { arraysOf } from "./hubParameters.ts";
import type { TorchMoments } from "./moments.ts";

/** What the files of an exported run say of themselves. */
export const TORCH_FORMAT = "qkv-torch-1";

/** The folder in an exported run that PyTorch reads and writes. */
export const TORCH_FOLDER = "torch";

const MOMENTS = "optimizer.safetensors";
const STATE = "state.json";

const whole = z.number().int().nonnegative();

const StateFile = z.object({
  format: z.literal(TORCH_FORMAT),
  task: z.string(),
  optimizer: z.string(),
  updates: whole,
  progress: z.object({
    ...{ step: whole, epoch: whole, position: whole, seed: whole, tokens: whole },
    ...{ validatedStep: whole, validationsSinceBest: whole },
    best: z.object({ step: whole, value: z.number() }).optional(),
  }),
  sha256: z.record(z.string(), z.string()),
});

/** A run's state at one step, with Hugging Face's names. */
export interface TorchState {
  readonly task: string;
  readonly optimizer: string;
  readonly progress: Progress;
  readonly weights: StateDict;
  readonly moments: TorchMoments;
}

/** The steps whose states are in an exported run, the earliest first; none if it is no exported one. */
export async function torchSteps(folder: string): Promise<number[]> {
  const names = await readdir(path.join(folder, TORCH_FOLDER)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const steps = names.flatMap((name) => /^step-(\d+)$/.exec(name)?.[1] ?? []);
  return steps.map(Number).sort((a, b) => a - b);
}

/** The folder of a step's state. */
export function torchStateFolder(folder: string, step: number): string {
  return path.join(folder, TORCH_FOLDER, `step-${String(step).padStart(8, "0")}`);
}

/**
 * Writes a state whole or not at all: a model's or an adapter's folder, with the moments and the progress beside its files.
 *
 * @param files of the folder, the weights among them
 * @param weights the name of the weights' file
 */
export async function writeTorchState(
  folder: string,
  { task, optimizer, progress, moments }: Omit<TorchState, "weights">,
  files: ReadonlyMap<string, Uint8Array>,
  weights: string,
): Promise<void> {
  const target = torchStateFolder(folder, progress.step);
  const part = `${target}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  const tensors = [...moments.tensors].map(([name, { data, shape }]) => [name, safeTensor(data, shape)] as const);
  const all = new Map(files).set(MOMENTS, writeSafetensors(new Map(tensors), { format: "pt" }));
  for (const [name, bytes] of all) await writeFile(path.join(part, name), bytes);
  const sha256 = Object.fromEntries([weights, MOMENTS].map((name) => [name, digest(all.get(name) as Uint8Array)]));
  const state: z.input<typeof StateFile> = {
    ...{ format: TORCH_FORMAT, task, optimizer, updates: moments.updates },
    ...{ progress, sha256 },
  };
  await writeFile(path.join(part, STATE), `${JSON.stringify(state, undefined, 2)}\n`);
  await rename(part, target);
}

/** Reads what `train.py` saved, and checks that it is whole. @throws UsageError naming the file */
export async function readTorchState(folder: string, step: number, weights: string): Promise<TorchState> {
  const at = (name: string) => path.join(torchStateFolder(folder, step), name);
  const state = stateOf(await read(at(STATE)), at(STATE));
  if (state.progress.step !== step) {
    throw new UsageError(`${at(STATE)}: expected step ${step}, got ${state.progress.step}`);
  }
  const { best, ...progress } = state.progress;
  const [values, tensors] = [await arrays(weights), await arrays(MOMENTS)];
  return {
    ...{ task: state.task, optimizer: state.optimizer, weights: values },
    progress: { ...progress, ...(best && { best }) },
    moments: { tensors, updates: state.updates },
  };

  async function arrays(name: string): Promise<StateDict> {
    const bytes = await read(at(name));
    const [expected, got] = [state.sha256[name], digest(bytes)];
    if (got === expected) return arraysOf(bytes);
    const way = `copy it again, or remove ${path.dirname(at(name))}`;
    throw new UsageError(`${at(name)}: expected SHA-256 ${expected ?? "in state.json"}, got ${got}: ${way}`);
  }
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`${file}: expected a file that train.py saved, got ${unreadable(error)}`);
  }
}

function stateOf(bytes: Uint8Array, file: string): z.infer<typeof StateFile> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UsageError(`${file}: expected JSON, got ${(error as Error).message}`);
  }
  const { data, error } = StateFile.safeParse(json);
  if (data !== undefined) return data;
  const problems = error.issues.map((issue) => `${issue.path.join(".") || "state"}: ${issue.message}`);
  throw new UsageError(`${file}: ${problems.join("; ")}`);
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
