// The model, and what the page has to know about it.
import { createModelState } from "@qkv/app-shell";
import { signal } from "@preact/signals";
import { connection, worker } from "./connection.ts";
import { modelSettings, settings } from "./settings.ts";
import type { ModelDescription } from "./worker/generator.ts";

/** What the open model can do; undefined until there is one. */
export const description = signal<ModelDescription | undefined>(undefined);

export const { status, model, opening, modelError, problem, openModel, switchBackend, guarded } = createModelState(
  connection,
  async () => {
    const described = await worker.describe();
    return () => {
      description.value = described;
      settings.value = modelSettings(described, settings.value);
    };
  },
);

/** Starts a backend before there is a model. */
export function startBackend(): void {
  void guarded(async () => {
    status.value = await worker.status();
  });
}
