// The text, its translation, and what a person can do with them. The components show it; the worker computes it.
import { remoteListener, modelLabel, type ModelSource } from "@qkv/app-shell";
import { batch, computed, signal } from "@preact/signals";
import type { TranslatedSentence } from "@qkv/pretrained";
import { remember } from "./history.ts";
import { guarded, model, openModel, problem, status } from "./models.ts";
import { settings } from "./search.ts";
import { stop, worker } from "./connection.ts";
import type { News } from "./worker.ts";

/** What is to be translated. */
export const source = signal("");
/** What is translated so far: of what was asked for before, until there is something new. */
export const sentences = signal<readonly TranslatedSentence[]>([]);
/** The beginnings of the sentences after those. */
export const partial = signal("");
/** How many sentences there are; 0 before anybody knows. */
export const total = signal(0);
export const running = signal(false);
/** The run began by itself, as somebody typed. */
export const isByItself = signal(false);
/** The last run's tokens by second. */
export const speed = signal<number | undefined>(undefined);
/** How many translations have begun to be shown. */
export const shown = signal(0);

/** What there is to translate, with what, and how. */
export const question = computed(() =>
  JSON.stringify([source.value, settings.value, model.value && modelLabel(model.value)]),
);
/** What is being translated. */
let asked = "";
/** What `sentences` are the translation of. */
const answered = signal("");
/** The model that made them. */
const answeredBy = signal<ModelSource | undefined>(undefined);
/** Another model is open than the one that made the translation: it cannot tell where that one looked. */
export const isOthers = computed(() => model.value !== answeredBy.value);
/** The translation is of another text, or by another model, than there is now. */
export const isOld = computed(() => sentences.value.length > 0 && question.value !== answered.value);

/** The translation is whole, and of what there is now. */
export const isDone = computed(
  () => !running.value && !isOld.value && sentences.value.length > 0 && sentences.value.length >= total.value,
);

/** A run was stopped before its end, and nothing it was asked for has changed. */
export const canGoOn = computed(
  () => !running.value && !isOld.value && sentences.value.length > 0 && sentences.value.length < total.value,
);

/** The whole translation, white space as it was. */
export const translation = computed(() => sentences.value.map(textOf).join(""));

/** A sentence's translation and what stands before it. */
export function textOf({ space, translations: [best] }: TranslatedSentence): string {
  return space + (best?.text ?? "");
}

/** Translates what is written, or goes on where it was stopped; what else is translated is given up. */
export async function translate({ byItself = false } = {}): Promise<void> {
  if (model.value === undefined || source.value.trim() === "") return;
  if (isDone.value || (running.value && asked === question.value)) {
    if (!byItself) isByItself.value = false; // now it is wanted
    return;
  }
  if (running.value) {
    await end();
    return translate({ byItself });
  }
  isByItself.value = byItself;
  current = run();
  await current;
}

let current: Promise<void> = Promise.resolve();

/** Gives up what is being translated, and waits until it is. */
export async function end(): Promise<void> {
  await stop();
  await current;
}

async function run(): Promise<void> {
  const text = source.value;
  const skip = canGoOn.value ? sentences.value.length : 0;
  asked = question.value;
  running.value = true;
  if (!isByItself.value) problem.value = undefined;
  const { listener, flush } = collectNews(skip > 0 ? undefined : asked);
  await guarded(async () => {
    const ms = await worker.translate(text, { ...settings.value, skip }, listener);
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
    status.value = await worker.status();
  });
}

/** Translates the other way round, with a model for it: the translation becomes the text. */
export async function swap(reverse: ModelSource): Promise<void> {
  if (translation.value.trim() !== "") source.value = translation.value;
  clearTranslation();
  await openModel(reverse);
  await translate();
}

/** Takes the translation away. */
export function clearTranslation(): void {
  batch(() => {
    [sentences.value, partial.value, total.value] = [[], "", 0];
    shown.value += 1;
  });
}

/**
 * What the worker tells goes into the page once a frame, however fast it comes.
 *
 * @param anew what is asked for, if the translation takes the place of the one before
 */
function collectNews(anew: string | undefined) {
  let [arrived, beginning, frame, count] = [[] as TranslatedSentence[], "", 0, total.value];
  const flush = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    if (arrived.length === 0 && beginning === "" && anew !== undefined) return; // the old one stays until there is a new one
    batch(() => {
      if (anew !== undefined) {
        clearTranslation();
        answered.value = anew;
        answeredBy.value = model.value;
        anew = undefined;
      }
      if (arrived.length > 0) sentences.value = [...sentences.value, ...arrived];
      arrived = [];
      partial.value = beginning;
      total.value = count;
    });
  };
  const listener = remoteListener((news: News) => {
    if ("total" in news) count = news.total;
    else if ("partial" in news) beginning = news.partial;
    else {
      arrived.push(news.sentence);
      beginning = "";
    }
    frame ||= requestAnimationFrame(flush);
  });
  return { listener, flush };
}
