// All reading, training and trying of the page, so that the page never waits for it.
import { hostApi, ModelHost, type ModelSource, serveWorker, zipFolder } from "@qkv/app-shell/worker";
import type { ExamplesOf, Goal } from "./data/examples.ts";
import { type DataSource, type ReadExamples, readExamples } from "./data/readExamples.ts";
import { describe, openBase } from "./worker/base.ts";
import { type RunRecord, RunStore } from "./worker/runStore.ts";
import type { TuningSettings } from "./worker/settings.ts";
import { countTokens, type DataSummary, summaryOf } from "./worker/summary.ts";
import { canMerge, type HomeKind, homeFiles } from "./worker/takeHome.ts";
import { type News, trainRun } from "./worker/trainRun.ts";
import { classifyText, nearestTexts, type Side, writeOn } from "./worker/tryOut.ts";
import { tune, tunedOf } from "./worker/tune.ts";

/** A training that was begun here, as the page shows it. */
export interface KeptTraining {
  readonly goal: Goal;
  readonly source: ModelSource;
  readonly settings: TuningSettings;
  readonly step: number;
  readonly totalSteps: number;
  readonly isFinished: boolean;
  readonly summary: DataSummary;
}

/** How a training ended. */
export interface TrainingOutcome {
  readonly isFinished: boolean;
  /** Whether the whole model can be taken home, and not the adapter alone. */
  readonly canMerge: boolean;
}

const host = new ModelHost(openBase);
const store = new RunStore();
let data: { readonly goal: Goal; readonly found: ReadExamples } | undefined;

type OnNews = (news: News) => void;

/** Trains on from where the kept run is; once more from there, if the GPU is lost meanwhile. */
function goOn(onNews: OnNews): Promise<TrainingOutcome> {
  return host.run(async (base, signal) => {
    const run = await store.read();
    if (run === undefined) throw new Error("expected a training that was begun, got none");
    const tuned = await tune(base, run.record, signal);
    const isFinished = await trainRun(tuned, run, store, { signal, onNews });
    return { isFinished, canMerge: canMerge(tuned) };
  });
}

const api = {
  ...hostApi(host),
  describe: () => host.run((base) => Promise.resolve(describe(base))),

  /** Reads examples, and keeps them for the training. */
  read: async (goal: Goal, sources: readonly DataSource[]): Promise<DataSummary> => {
    const found = await readExamples(goal, sources);
    data = { goal, found };
    return summaryOf(goal, found);
  },
  /** Counts the tokens of what was read, as the open model reads it. */
  countTokens: (maxTokens: number) =>
    host.run((base, signal) => countTokens(base, data?.found.examples ?? [], maxTokens, signal)),

  /** Trains the open model on what was read. */
  train: async (
    goal: Goal,
    source: ModelSource,
    settings: TuningSettings,
    onNews: OnNews,
  ): Promise<TrainingOutcome> => {
    if (data?.goal !== goal)
      throw new Error(`expected examples to ${goal}, got ${data ? `some to ${data.goal}` : "none"}`);
    const { examples } = data.found;
    await store.begin({ id: crypto.randomUUID(), goal, settings, examples, source });
    return goOn(onNews);
  },
  resume: goOn,

  /** The training that was begun last, if it is kept. */
  kept: async (): Promise<KeptTraining | undefined> => {
    const run = await store.read();
    if (run?.state === undefined) return undefined;
    const { goal, settings, examples, source } = run.record;
    const found = { examples, problems: [] };
    const { step, totalSteps, isFinished } = run.state;
    return { goal, settings, source, totalSteps, step, isFinished, summary: summaryOf(goal, found) };
  },
  forget: () => store.forget(),
  /** Takes its examples for those that were read. */
  readKept: async () => {
    const run = await store.read();
    if (run !== undefined) data = { goal: run.record.goal, found: { examples: run.record.examples, problems: [] } };
  },

  classify: (text: string) =>
    host.run(async (base, signal) => classifyText(await tunedOf(base, await store.read(), signal), text, { signal })),
  nearest: (text: string) =>
    host.run(async (base, signal) => {
      const run = await store.read();
      const examples = run?.record.examples as readonly ExamplesOf["embed"][];
      return nearestTexts(await tunedOf(base, run, signal), examples, text, { signal });
    }),
  write: (prompt: string, onText: (side: Side, text: string) => void) =>
    host.run(async (base, signal) => {
      const run = await store.read();
      const examples = run?.record.examples as readonly ExamplesOf["write"][];
      await writeOn(await tunedOf(base, run, signal), examples, prompt, { signal, onText });
    }),

  /** What was learned, as an archive. */
  takeHome: (kind: HomeKind, folder: string) =>
    host.run(async (base, signal) => {
      const run = await store.read();
      const { source } = (run?.record ?? {}) as RunRecord;
      return zipFolder(folder, await homeFiles(kind, base, await tunedOf(base, run, signal), source));
    }),
};

/** What the page may ask for. */
export type WorkerApi = typeof api;

serveWorker(api);
