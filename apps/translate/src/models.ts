// The model, and on which backend it runs. The components show it; the worker computes it.
import {
  type BackendStatus,
  remoteListener,
  type DeviceLossListener,
  isAbort,
  modelLabel,
  type ModelSource,
  shippedModels,
  persisted,
} from "@qkv/app-shell";
import { batch, signal } from "@preact/signals";
import type { BackendName } from "@qkv/backend";
import type { DownloadProgress } from "@qkv/pretrained";
import { settings } from "./search.ts";
import { onRestart, stop, worker } from "./connection.ts";

/** Which backend computes; undefined until one is started. */
export const status = signal<BackendStatus | undefined>(undefined);
/** The open model. */
export const model = signal<ModelSource | undefined>(undefined);
/** The model that is being opened, and how far it is. */
export const opening = signal<{ source: ModelSource; progress?: DownloadProgress } | undefined>(undefined);
/** Why the last model could not be opened. */
export const modelError = signal<unknown>(undefined);
/** What else went wrong. */
export const problem = signal<unknown>(undefined);

const shipped = shippedModels();
/** The shipped model that was chosen last, here or on an earlier visit. */
const chosen = persisted("translate.model", "", (name): name is string =>
  shipped.some((of) => modelLabel(of) === name),
);

const onDeviceLoss: DeviceLossListener = (error, now) => {
  [problem.value, status.value] = [error, now];
};
void worker.onDeviceLost(remoteListener(onDeviceLoss));

onRestart((error) => {
  problem.value = error;
  void worker.onDeviceLost(remoteListener(onDeviceLoss));
  const [reopened, backend] = [model.value, status.value?.report.name as BackendName | undefined];
  model.value = undefined; // if the worker ends again while it opens this one, it is not opened a third time
  void guarded(async () => {
    if (backend !== undefined) status.value = await worker.switchBackend(backend);
    if (reopened !== undefined) await openModel(reopened);
  });
});

/** Opens a model in place of the one before. */
export async function openModel(picked: ModelSource): Promise<void> {
  modelError.value = undefined;
  opening.value = { source: picked };
  const listener = remoteListener((progress: DownloadProgress) => {
    if (opening.value?.source === picked) opening.value = { source: picked, progress };
  });
  try {
    await stop();
    status.value = await worker.open(picked, listener);
    const search = await worker.search();
    batch(() => {
      model.value = picked;
      settings.value = search;
    });
    if (picked.kind === "shipped") chosen.value = picked.name;
  } catch (error) {
    if (!isAbort(error)) modelError.value = error;
  } finally {
    if (opening.value?.source === picked) opening.value = undefined;
  }
}

/** Computes on another backend; the open model goes along. */
export async function switchBackend(name: BackendName): Promise<void> {
  await guarded(async () => {
    await stop();
    status.value = await worker.switchBackend(name);
  });
}

/** Opens the shipped model of the last visit, or the first one. */
export function openShipped(): void {
  const [first] = shipped;
  const last = shipped.find((of) => modelLabel(of) === chosen.value) ?? first;
  if (last !== undefined) void openModel(last);
}

/** Does it, and lets the page say what went wrong; being stopped is nothing wrong. */
export async function guarded(doing: () => Promise<void>): Promise<void> {
  try {
    await doing();
  } catch (error) {
    if (!isAbort(error)) problem.value = error;
  }
}
