// The examples: files that were dropped or picked, and lines that were typed. The worker reads them.
import { isAbort } from "@qkv/app-shell";
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { worker } from "./connection.ts";
import { goal, settings } from "./goal.ts";
import { model } from "./models.ts";
import { training } from "./training.ts";
import type { DataSource } from "./data/readExamples.ts";
import type { DataSummary, TokenCount } from "./worker/summary.ts";

/** Files with examples. */
export const files = signal<readonly File[]>([]);
/** Lines that were typed or pasted. */
export const typed = signal("");
const found = signal<DataSummary | undefined>(undefined);
/** What a training of another visit was begun with. */
const kept = signal<DataSummary | undefined>(undefined);
/** What was found in them, for the goal that is chosen. */
export const summary = computed(() => [found.value, kept.value].find((each) => each?.goal === goal.value));
/** Their tokens as the open model reads them; undefined until they are counted. */
export const tokens = signal<TokenCount | undefined>(undefined);
/** Why they could not be read. */
export const dataError = signal<unknown>(undefined);
/** Whether they are being read. */
export const reading = signal(false);

const sources = computed((): readonly DataSource[] =>
  typed.value.trim() === "" ? files.value : [...files.value, typed.value],
);

/** Takes files with examples, besides those that there are. */
export function addFiles(added: readonly File[]): void {
  files.value = [...files.value, ...added];
}

/** Takes a file away. */
export function removeFile(file: File): void {
  files.value = files.value.filter((other) => other !== file);
}

/** Shows the examples of a training that was begun before, in the place of those that there are. */
export function showKept(examples: DataSummary): void {
  batch(() => {
    [files.value, typed.value, found.value] = [[], "", undefined];
    kept.value = examples;
  });
}

const PAUSE_MS = 300; // somebody types

effect(() => {
  const [of, from] = [goal.value, sources.value];
  if (from.length === 0) {
    found.value = undefined;
    return undefined;
  }
  const timer = setTimeout(() => void read(of, from), PAUSE_MS);
  return () => clearTimeout(timer);
});

async function read(of: typeof goal.value, from: readonly DataSource[]): Promise<void> {
  const isCurrent = () => goal.value === of && sources.value === from;
  reading.value = true;
  try {
    const read = await worker.read(of, from);
    if (isCurrent()) batch(() => ([found.value, kept.value, dataError.value] = [read, undefined, undefined]));
  } catch (error) {
    if (isCurrent()) dataError.value = error;
  } finally {
    reading.value = false;
  }
}

effect(() => {
  const [all, of] = [summary.value, model.value];
  const { maxTokens } = settings.value[goal.value];
  if (untracked(() => training.value?.isRunning)) return undefined;
  tokens.value = undefined;
  if (all === undefined || of === undefined || all.count === 0) return undefined;
  const timer = setTimeout(() => void count(all, maxTokens), PAUSE_MS);
  return () => clearTimeout(timer);
});

async function count(all: DataSummary, maxTokens: number): Promise<void> {
  try {
    const counted = await worker.countTokens(maxTokens);
    if (summary.value === all) tokens.value = counted;
  } catch (error) {
    if (!isAbort(error)) dataError.value = error;
  }
}
