// The model to begin with, and what the page has to know about it.
import { createModelState } from "@qkv/app-shell";
import { signal } from "@preact/signals";
import { connection, worker } from "./connection.ts";
import type { Goal } from "./data/examples.ts";
import type { BaseDescription } from "./worker/base.ts";

/** Small models that the page offers to fetch, and the bytes of their weights. */
export const OFFERED: Readonly<Record<Goal, { readonly ref: string; readonly bytes: number }>> = {
  classify: { ref: "sentence-transformers/all-MiniLM-L6-v2", bytes: 90_868_376 },
  embed: { ref: "sentence-transformers/all-MiniLM-L6-v2", bytes: 90_868_376 },
  write: { ref: "HuggingFaceTB/SmolLM2-135M-Instruct", bytes: 269_060_552 },
};

/** What the open model is; undefined until there is one. */
export const description = signal<BaseDescription | undefined>(undefined);

export const { status, model, opening, modelError, problem, openModel, switchBackend, guarded } = createModelState(
  connection,
  async () => {
    const described = await worker.describe();
    return () => {
      description.value = described;
    };
  },
);

/** Starts a backend before there is a model. */
export function startBackend(): void {
  void guarded(async () => {
    status.value = await worker.status();
  });
}
