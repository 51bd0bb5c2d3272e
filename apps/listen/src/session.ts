// What was said, and what a person can do with it.
import { remoteListener } from "@qkv/app-shell";
import { batch, computed, signal } from "@preact/signals";
import { stop, worker } from "./connection.ts";
import { guarded, model, problem, status } from "./models.ts";
import { playedAt } from "./player.ts";
import { settings } from "./settings.ts";
import { handOver, sound, takeSound } from "./sounds.ts";
import type { News } from "./worker.ts";
import type { HeardSegment, HeardWord } from "./worker/heardSegment.ts";

/** What was said so far. */
export const segments = signal<readonly HeardSegment[]>([]);
export const running = signal(false);
/** Seconds that were listened to. */
export const heard = signal(0);
/** Seconds of sound by a second of listening, of the last sound. */
export const speed = signal<number | undefined>(undefined);
/** Whether what is shown came with the page. */
export const isExample = signal(false);

/** Words in their order, with the place of their segment. */
export const words = computed(() => segments.value.flatMap((segment) => segment.words));
/** What was said, as text. */
export const text = computed(() => segments.value.map((segment) => segment.text.trim()).join("\n"));

/** The word that is looked at. */
export const chosen = signal<HeardWord | undefined>(undefined);

/** The place of the segment that is being played; -1: none is. */
export const playedSegment = computed(() => {
  const at = playedAt.value;
  return at > 0 ? segments.value.findIndex(({ start, end }) => start <= at && at < end) : -1;
});

/** What a word is called: the place of its segment, and its own there. */
export function wordName(segment: number, word: number): string {
  return `${segment} ${word}`;
}

/** What the chosen word is called. */
export const chosenName = computed(() => {
  const word = chosen.value;
  if (word === undefined) return undefined;
  const segment = segments.value.findIndex((each) => each.words.includes(word));
  return segment === -1 ? undefined : wordName(segment, segments.value[segment]?.words.indexOf(word) ?? 0);
});

/** Chooses the word of a name, or lets it go if it is chosen. @returns when it begins, in seconds */
export function choose(name: string): number | undefined {
  const [segment = 0, place = 0] = name.split(" ").map(Number);
  const word = segments.value[segment]?.words[place];
  chosen.value = chosen.value === word ? undefined : word;
  return word?.start;
}

/** Takes a sound, and listens to it if there is a model. */
export async function listenTo(name: string, file: Blob): Promise<void> {
  await end();
  if (!(await takeSound(name, file))) return;
  clear();
  if (model.value !== undefined) await transcribe();
}

/** Writes what is said in the sound. */
export async function transcribe(): Promise<void> {
  const of = sound.value;
  if (of?.file === undefined || model.value === undefined || running.value) return;
  await (current = write(of.seconds, () => handOver(of)));
}

/** Stops the model, and waits until it has. */
export async function end(): Promise<void> {
  if (!running.value) return;
  await stop();
  await current;
}

let current: Promise<void> = Promise.resolve();

function clear(): void {
  batch(() => {
    [segments.value, heard.value, chosen.value] = [[], 0, undefined];
    [speed.value, isExample.value] = [undefined, false];
  });
}

async function write(seconds: number, prepare: () => Promise<void>): Promise<void> {
  clear();
  [running.value, problem.value] = [true, undefined];
  const start = performance.now();
  const listener = remoteListener((news: News) => {
    if ("begins" in news) clear();
    else if ("segment" in news) segments.value = [...segments.value, news.segment];
    else heard.value = news.done;
  });
  await guarded(async () => {
    await prepare();
    await worker.transcribe(settings.value, listener);
    speed.value = (1000 * seconds) / (performance.now() - start);
  });
  running.value = false;
  await guarded(async () => {
    status.value = await worker.status();
  });
}
