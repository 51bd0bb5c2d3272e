// The model, and on which backend it runs. The components show it; the worker computes it.
import { createModelState, modelLabel, persisted, shippedModels } from "@qkv/app-shell";
import { connection, worker } from "./connection.ts";
import { settings } from "./search.ts";

const shipped = shippedModels();
/** The shipped model that was chosen last, here or on an earlier visit. */
const chosen = persisted("translate.model", "", (name): name is string =>
  shipped.some((of) => modelLabel(of) === name),
);

export const { status, model, opening, modelError, problem, openModel, switchBackend, guarded } = createModelState(
  connection,
  async (picked) => {
    const search = await worker.search();
    return () => {
      settings.value = search;
      if (picked.kind === "shipped") chosen.value = picked.name;
    };
  },
);

/** Opens the shipped model of the last visit, or the first one. */
export function openShipped(): void {
  const [first] = shipped;
  const last = shipped.find((of) => modelLabel(of) === chosen.value) ?? first;
  if (last !== undefined) void openModel(last);
}
