// What the page knows, and what a person can do with it. The components show it; the worker computes it.
import {
  type BackendStatus,
  connectWorker,
  hear,
  type HearLoss,
  isAbort,
  modelLabel,
  type ModelSource,
  shippedModels,
} from "@qkv/app-shell";
import { batch, computed, signal } from "@preact/signals";
import type { BackendName } from "@qkv/backend";
import type { DownloadProgress, TranslatedSentence } from "@qkv/pretrained";
import type { Ablated, HeadRef } from "@qkv/visualize/element";
import { ablationOf, NOTHING_OFF, withHead, withToken } from "./ablated.ts";
import { remember } from "./history.ts";
import type { Look, News, SearchSettings, Work } from "./worker.ts";

/** The worker's functions. */
export const work = connectWorker<Work>(new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));

export const status = signal<BackendStatus | undefined>(undefined);
export const model = signal<ModelSource | undefined>(undefined);
export const opening = signal<{ source: ModelSource; progress?: DownloadProgress } | undefined>(undefined);
export const modelError = signal<unknown>(undefined);
/** Something that is not the model's went wrong. */
export const problem = signal<unknown>(undefined);

const hearLoss: HearLoss = (error, now) => {
  [problem.value, status.value] = [error, now];
};
void work.onDeviceLost(hear(hearLoss));

/** What is to be translated. */
export const source = signal("");
export const settings = signal<SearchSettings>({ beams: 4, lengthPenalty: 1 });
/** What is translated so far. */
export const sentences = signal<readonly TranslatedSentence[]>([]);
/** The beginning of the sentence after those. */
export const partial = signal("");
/** How many sentences there are; 0 before anybody knows. */
export const total = signal(0);
export const running = signal(false);
/** The last run's tokens by second. */
export const speed = signal<number | undefined>(undefined);
/** The sentence that is looked at. */
export const current = signal<number | undefined>(undefined);
/** It stays when the pointer goes to others. */
export const pinned = signal(false);
/** What the model did in it. */
export const look = signal<Look | undefined>(undefined);
/** What is switched off while looking. */
export const ablated = signal<Ablated>(NOTHING_OFF);

/** What was asked for when `sentences` were made: the same again goes on, anything else begins anew. */
let asked = "";
const askedNow = () => JSON.stringify([source.value, settings.value, model.value && modelLabel(model.value)]);

/** A run was stopped before its end, and nothing it was asked for has changed. */
export const canGoOn = computed(() => {
  const now = askedNow();
  return !running.value && sentences.value.length > 0 && sentences.value.length < total.value && now === asked;
});

/** The whole translation, white space as it was. */
export const translation = computed(() => sentences.value.map(textOf).join(""));

/** A sentence's translation and what stands before it. */
export function textOf({ space, translations: [best] }: TranslatedSentence): string {
  return space + (best?.text ?? "");
}

/** Looks at a sentence, at all of its heads and tokens. */
export async function lookAt(index: number): Promise<void> {
  if (running.value || index === current.value) return;
  batch(() => {
    current.value = index;
    look.value = undefined;
    ablated.value = NOTHING_OFF;
  });
  await readAgain();
}

/** Switches a head off, or on again. */
export function toggleHead(head: HeadRef): Promise<void> {
  ablated.value = withHead(ablated.value, head);
  return readAgain();
}

/** Hides a token of the source, or shows it again. */
export function toggleToken(place: number): Promise<void> {
  ablated.value = withToken(ablated.value, place);
  return readAgain();
}

/** Switches everything on again. */
export function restore(): Promise<void> {
  ablated.value = NOTHING_OFF;
  return readAgain();
}

async function readAgain(): Promise<void> {
  const [index, off] = [current.value, ablated.value];
  const sentence = index === undefined ? undefined : sentences.value[index];
  const shape = look.value?.attention;
  if (sentence === undefined) return;
  await guarded(async () => {
    const seen = await work.look(sentence.source, settings.value, ablationOf(off, shape));
    if (current.value === index && ablated.value === off) look.value = seen;
  });
}

/** Opens a model in place of the one before. */
export async function openModel(picked: ModelSource): Promise<void> {
  modelError.value = undefined;
  opening.value = { source: picked };
  const listener = hear((progress: DownloadProgress) => {
    if (opening.value?.source === picked) opening.value = { source: picked, progress };
  });
  try {
    if (running.value) stop();
    status.value = await work.open(picked, listener);
    model.value = picked;
  } catch (error) {
    if (!isAbort(error)) modelError.value = error;
  } finally {
    if (opening.value?.source === picked) opening.value = undefined;
  }
}

/** Stops opening a model, or translating: what is there stays. */
export function stop(): void {
  void work.cancel();
}

/** Computes on another backend; the open model goes along. */
export async function switchBackend(name: BackendName): Promise<void> {
  if (running.value) stop();
  await guarded(async () => {
    status.value = await work.switchBackend(name);
  });
}

/** Translates what is written, or goes on where it was stopped. */
export async function translate(): Promise<void> {
  if (running.value || model.value === undefined) return;
  const text = source.value;
  if (!canGoOn.value) startAnew();
  const skip = sentences.value.length;
  running.value = true;
  const { listener, flush } = collectNews();
  await guarded(async () => {
    const ms = await work.translate(text, { ...settings.value, skip }, listener);
    flush();
    const made = sentences.value.slice(skip).reduce((sum, of) => sum + (of.translations[0]?.tokens.length ?? 0), 0);
    if (made > 0) speed.value = (made / ms) * 1000;
    if (model.value) remember({ source: text, translation: translation.value, model: modelLabel(model.value) });
  });
  batch(() => {
    flush();
    running.value = false;
    partial.value = "";
  });
  await guarded(async () => {
    status.value = await work.status();
  });
}

function startAnew(): void {
  batch(() => {
    asked = askedNow();
    [sentences.value, partial.value, total.value] = [[], "", 0];
    [current.value, look.value, ablated.value, pinned.value] = [undefined, undefined, NOTHING_OFF, false];
    problem.value = undefined;
  });
}

/** What the worker tells goes into the page once a frame, however fast it comes. */
function collectNews() {
  let [arrived, beginning, frame] = [[] as TranslatedSentence[], "", 0];
  const flush = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    batch(() => {
      if (arrived.length > 0) sentences.value = [...sentences.value, ...arrived];
      arrived = [];
      partial.value = beginning;
    });
  };
  const listener = hear((news: News) => {
    if ("total" in news) total.value = news.total;
    else if ("partial" in news) beginning = news.partial;
    else {
      arrived.push(news.sentence);
      beginning = "";
    }
    frame ||= requestAnimationFrame(flush);
  });
  return { listener, flush };
}

async function guarded(doing: () => Promise<void>): Promise<void> {
  try {
    await doing();
  } catch (error) {
    if (!isAbort(error)) problem.value = error;
  }
}

const [shipped] = shippedModels();
if (shipped !== undefined) void openModel(shipped);
