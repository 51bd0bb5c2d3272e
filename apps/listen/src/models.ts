// The model, and what the page has to know about it.
import { createModelState } from "@qkv/app-shell";
import { signal } from "@preact/signals";
import { connection, worker } from "./connection.ts";
import { settings } from "./settings.ts";
import type { ModelDescription } from "./worker/listener.ts";

/** The model that the page offers to fetch, and the bytes of its weights. */
export const OFFERED = { ref: "openai/whisper-tiny.en", bytes: 151_061_672 };

/** What the open model can do; undefined until there is one. */
export const description = signal<ModelDescription | undefined>(undefined);

export const { status, model, opening, modelError, problem, openModel, switchBackend, guarded } = createModelState(
  connection,
  async () => {
    const described = await worker.describe();
    return () => {
      description.value = described;
      const { language, task } = settings.value;
      settings.value = {
        language: described.languages.includes(language) ? language : "",
        task: described.languages.length === 0 ? "transcribe" : task,
      };
    };
  },
);

/** Fetches the model that the page offers. */
export function fetchOffered(): void {
  void openModel({ kind: "remote", ref: OFFERED.ref });
}

/** Starts a backend before there is a model. */
export function startBackend(): void {
  void guarded(async () => {
    status.value = await worker.status();
  });
}
