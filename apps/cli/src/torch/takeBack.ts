import path from "node:path";
import type { StateDict } from "@qkv/nn";
import { type Checkpoint, type CheckpointStore, type NamedVariables, readVariables } from "@qkv/training";
import { note } from "../note.ts";
import { UsageError } from "../usageError.ts";
import type { HubParameters } from "./hubParameters.ts";
import { expectArray, fromTorch } from "./moments.ts";
import { readTorchState, torchStateFolder, torchSteps } from "./torchState.ts";

/** A run that PyTorch may have gone on with. */
export interface ExportedRun {
  readonly folder: string;
  readonly task: string;
  /** That of the recipe. */
  readonly optimizer: string;
  readonly params: NamedVariables;
  readonly checkpoints: CheckpointStore;
  readonly hub: HubParameters;
}

/**
 * Makes checkpoints of the states that `train.py` saved in a run's folder after the last checkpoint. All are checked before any
 * is taken. A run that was never exported has none.
 *
 * @throws UsageError naming a file that is not whole, of another task, optimizer or model, or lacks a tensor
 */
export async function takeBack(run: ExportedRun): Promise<void> {
  const { folder, checkpoints, params, hub } = run;
  const steps = await torchSteps(folder);
  if (steps.length === 0) return;
  const last = (await checkpoints.steps()).at(-1) ?? 0;
  const newer = steps.filter((step) => step > last);
  if (newer.length === 0) return;
  const shapesOf = async (some: NamedVariables) => {
    const stored = [...(await hub.toHub(await readVariables(some)))];
    return new Map(stored.map(([name, { shape }]) => [name, shape]));
  };
  const trained = new Map([...params].filter(([, { trainable }]) => trainable));
  const expected = { weights: await shapesOf(params), moments: await shapesOf(trained) };
  for (const step of newer) await checkpointOf(run, step, expected);
  for (const step of newer) await checkpoints.save(await checkpointOf(run, step, expected));
  note(`took back what PyTorch did: from step ${last} to step ${newer.at(-1)}`);
}

/** The names and shapes of arrays in the files of a state: buffers have no moments. */
interface ExpectedArrays {
  readonly weights: ReadonlyMap<string, readonly number[]>;
  readonly moments: ReadonlyMap<string, readonly number[]>;
}

async function checkpointOf(
  { folder, task, optimizer, hub }: ExportedRun,
  step: number,
  expected: ExpectedArrays,
): Promise<Checkpoint> {
  const state = await readTorchState(folder, step, hub.weights);
  const at = (name: string) => path.join(torchStateFolder(folder, step), name);
  for (const [field, want, got] of [
    ["task", task, state.task],
    ["optimizer", optimizer, state.optimizer],
  ]) {
    if (want !== got) throw new UsageError(`${at("state.json")}: expected ${field} ${want}, got ${got}`);
  }
  const params = await inFile(at(hub.weights), async () => {
    for (const [name, shape] of expected.weights) expectArray(name, state.weights.get(name), shape);
    const own = [...expected.weights.keys()].map((name) => [name, state.weights.get(name)] as const);
    return hub.fromHub(new Map(own) as StateDict);
  });
  const moments = await inFile(at("optimizer.safetensors"), () =>
    fromTorch(optimizer, state.moments, expected.moments, hub),
  );
  return { progress: state.progress, params, optimizer: moments };
}

async function inFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
}
