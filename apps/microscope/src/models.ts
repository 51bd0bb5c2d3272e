// The model under the microscope, and on which backend it runs.
import { createModelState, shippedModels } from "@qkv/app-shell";
import { signal } from "@preact/signals";
import { connection, worker } from "./connection.ts";
import type { SubjectDescription } from "./worker.ts";

/** What there is to look at in the open model; undefined until there is one. */
export const subject = signal<SubjectDescription | undefined>(undefined);

export const { status, model, opening, modelError, problem, openModel, switchBackend, guarded } = createModelState(
  connection,
  async () => {
    const described = await worker.describe();
    return () => (subject.value = described);
  },
);

/** Opens the model that comes with the page. */
export function openShipped(): void {
  const [first] = shippedModels();
  if (first !== undefined) void openModel(first);
}
