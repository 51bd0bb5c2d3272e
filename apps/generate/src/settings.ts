// How text is written: as the model's files say at first.
import { signal } from "@preact/signals";
import type { ModelDescription } from "./worker/generator.ts";
import type { WritingSettings } from "./worker/writingSettings.ts";

export const settings = signal<WritingSettings>({ temperature: 0.8, topP: 0.95, maxTokens: 256, seed: 0 });

/** The settings for another model: what its files say of them, over what there was. */
export function modelSettings({ sampling }: ModelDescription, before: WritingSettings): WritingSettings {
  return { ...before, ...sampling };
}
