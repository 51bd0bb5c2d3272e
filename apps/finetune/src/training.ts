// The training: how far it is, what came of it, and what a person can do with it.
import { fileNameOf, isAbort, modelLabel, oncePerFrame, remoteListener, saveFile } from "@qkv/app-shell";
import { batch, computed, signal } from "@preact/signals";
import { stop, worker } from "./connection.ts";
import type { Goal } from "./data/examples.ts";
import { goal, settings } from "./goal.ts";
import { guarded, model, openModel, problem, status } from "./models.ts";
import type { KeptTraining, TrainingOutcome } from "./worker.ts";
import type { LossPoint } from "./worker/runStore.ts";
import type { HomeKind } from "./worker/takeHome.ts";
import type { News } from "./worker/trainRun.ts";

/** A training, under way or ended. */
export interface Training {
  readonly goal: Goal;
  /** The name of the model that it is of. */
  readonly base: string;
  readonly isRunning: boolean;
  /** Whether it is to stop after the step in hand. */
  readonly isStopping: boolean;
  readonly isFinished: boolean;
  readonly step: number;
  readonly totalSteps: number;
  readonly losses: readonly LossPoint[];
  readonly validations: readonly LossPoint[];
  /** The share of the examples held back that are right, where that can be told. */
  readonly accuracy?: number;
  /** Until the end, once a step is made. */
  readonly secondsLeft?: number;
  /** In bytes, once a step is made. */
  readonly memory?: number;
  /** Whether it can be gone on with on the next visit; undefined until it is known. */
  readonly isKept?: boolean;
  /** Whether the whole model can be taken home. */
  readonly canMerge: boolean;
}

/** The training of this visit; undefined before there is one. */
export const training = signal<Training | undefined>(undefined);
/** A training of another visit, to go on with. */
export const kept = signal<KeptTraining | undefined>(undefined);
/** What is being packed to be taken home. */
export const packing = signal<HomeKind | undefined>(undefined);

/** What has learned and can be tried: of the open model, and not learning any more. */
export const trained = computed(() => {
  const one = training.value;
  const isOpen = model.value !== undefined && modelLabel(model.value) === one?.base;
  return one !== undefined && isOpen && !one.isRunning && one.step > 0 ? one : undefined;
});

/** Trains the open model on the examples. */
export async function startTraining(): Promise<void> {
  const source = model.value;
  if (source === undefined) return;
  const of = goal.value;
  const chosen = settings.value[of];
  await run(of, modelLabel(source), (onNews) => worker.train(of, source, chosen, onNews));
}

/** Goes on with the training of this visit that was stopped. */
export async function goOn(): Promise<void> {
  const { goal: of, base } = training.value ?? {};
  if (of !== undefined && base !== undefined) await run(of, base, (onNews) => worker.resume(onNews));
}

const PATIENCE_MS = 120_000; // a step of a large model

/** Stops after the step in hand, which is kept. */
export async function stopTraining(): Promise<void> {
  change({ isStopping: true });
  await stop(PATIENCE_MS);
}

/** Looks whether a training of another visit is kept. */
export function lookForKept(): void {
  void guarded(async () => {
    kept.value = await worker.kept();
  });
}

/** Goes on with a training of another visit, or shows what came of it. @param show shows its examples */
export async function takeUp(show: (of: KeptTraining) => void): Promise<void> {
  const one = kept.value;
  if (one === undefined) return;
  const base = modelLabel(one.source);
  if (model.value === undefined || modelLabel(model.value) !== base) await openModel(one.source);
  if (model.value === undefined || modelLabel(model.value) !== base) return; // it says why
  await worker.readKept();
  batch(() => {
    goal.value = one.goal;
    settings.value = { ...settings.value, [one.goal]: one.settings };
    kept.value = undefined;
    show(one);
  });
  await run(one.goal, base, (onNews) => worker.resume(onNews));
}

/** Forgets the training of another visit. */
export function forgetKept(): void {
  kept.value = undefined;
  void worker.forget();
}

/** Hands out what was learned, as an archive. */
export async function takeHome(kind: HomeKind): Promise<void> {
  const one = trained.value;
  if (one === undefined) return;
  packing.value = kind;
  await guarded(async () => {
    const folder = `${fileNameOf(one.base.slice(one.base.lastIndexOf("/") + 1), "model")}-${NAMES[one.goal][kind]}`;
    saveFile(`${folder}.zip`, (await worker.takeHome(kind, folder)) as BlobPart);
  });
  packing.value = undefined;
}

const NAMES: Readonly<Record<Goal, Readonly<Record<HomeKind, string>>>> = {
  classify: { adapter: "classifier-adapter", folder: "classifier" },
  embed: { adapter: "embedder-adapter", folder: "embedder" },
  write: { adapter: "adapter", folder: "tuned" },
};

/** Follows a training to its end. */
async function run(
  of: Goal,
  base: string,
  begin: (onNews: (news: News) => void) => Promise<TrainingOutcome>,
): Promise<void> {
  const losses: LossPoint[] = [];
  const validations: LossPoint[] = [];
  let news: Partial<Training> = {};
  const show = () => change({ ...news, losses: [...losses], validations: [...validations] });
  const frame = oncePerFrame(show);
  const listener = remoteListener((one: News) => {
    if (one.type === "begun") {
      losses.splice(0, Infinity, ...one.curves.losses);
      validations.splice(0, Infinity, ...one.curves.validations);
      news = { ...news, totalSteps: one.totalSteps, step: losses.at(-1)?.[0] ?? 0 };
    } else if (one.type === "step") {
      losses.push([one.step, one.loss]);
      const { step, secondsLeft, memory } = one;
      news = { ...news, step, secondsLeft, ...(memory !== undefined && { memory }) };
    } else if (one.type === "validation") {
      validations.push([one.step, one.loss]);
      if (one.accuracy !== undefined) news = { ...news, accuracy: one.accuracy };
    } else news = { ...news, isKept: one.isKept };
    frame.ask();
  });
  batch(() => {
    problem.value = undefined;
    kept.value = undefined;
    training.value = {
      ...{ goal: of, base, isRunning: true, isStopping: false, isFinished: false, canMerge: false },
      ...{ step: 0, totalSteps: 0, losses: [], validations: [] },
    };
  });
  try {
    const { isFinished, canMerge } = await begin(listener);
    news = { ...news, isFinished, canMerge };
  } catch (error) {
    if (!isAbort(error)) problem.value = error;
  }
  frame.cancel();
  batch(() => {
    show();
    change({ isRunning: false, isStopping: false });
  });
  await guarded(async () => {
    status.value = await worker.status();
  });
}

function change(news: Partial<Training>): void {
  if (training.value !== undefined) training.value = { ...training.value, ...news };
}
