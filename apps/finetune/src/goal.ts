// What the model is to become, and how it learns.
import { persisted } from "@qkv/app-shell";
import { signal } from "@preact/signals";
import { type Goal, GOALS } from "./data/examples.ts";
import { DEFAULT_SETTINGS, type TuningSettings } from "./worker/settings.ts";

/** The goal that is chosen. */
export const goal = persisted<Goal>("finetune.goal", "classify", (value): value is Goal =>
  GOALS.includes(value as Goal),
);

/** The settings of each goal. */
export const settings = signal<Readonly<Record<Goal, TuningSettings>>>(DEFAULT_SETTINGS);

/** Changes some of the chosen goal's. */
export function changeSettings(news: Partial<TuningSettings>): void {
  const of = goal.value;
  settings.value = { ...settings.value, [of]: { ...settings.value[of], ...news } };
}
