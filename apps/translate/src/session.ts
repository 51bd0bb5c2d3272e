// The text, its translation, and what a person can do with them. The components show it; the worker computes it.
import { hear, modelLabel, type ModelSource } from "@qkv/app-shell";
import { batch, computed, signal } from "@preact/signals";
import type { TranslatedSentence } from "@qkv/pretrained";
import { remember } from "./history.ts";
import { guarded, model, openModel, problem, status } from "./models.ts";
import { settings } from "./search.ts";
import { work } from "./work.ts";
import type { News } from "./worker.ts";

/** What is to be translated. */
export const source = signal("");
/** What is translated so far. */
export const sentences = signal<readonly TranslatedSentence[]>([]);
/** The beginnings of the sentences after those. */
export const partial = signal("");
/** How many sentences there are; 0 before anybody knows. */
export const total = signal(0);
export const running = signal(false);
/** The last run's tokens by second. */
export const speed = signal<number | undefined>(undefined);
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

/** Translates what is written, or goes on where it was stopped. */
export async function translate(): Promise<void> {
  if (running.value || model.value === undefined) return;
  const text = source.value;
  if (!canGoOn.value) {
    asked = askedNow();
    clearTranslation();
  }
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

/** Translates the other way round, with a model for it: the translation becomes the text. */
export async function swap(reverse: ModelSource): Promise<void> {
  if (translation.value.trim() !== "") source.value = translation.value;
  clearTranslation();
  await openModel(reverse);
}

function clearTranslation(): void {
  batch(() => {
    [sentences.value, partial.value, total.value] = [[], "", 0];
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
