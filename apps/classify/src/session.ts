// The model, and on which backend it runs. The components show it; the worker computes it.
import {
  type BackendStatus,
  remoteListener,
  type DeviceLossListener,
  isAbort,
  type ModelSource,
  shippedModels,
} from "@qkv/app-shell";
import { signal } from "@preact/signals";
import type { BackendName } from "@qkv/backend";
import type { DownloadProgress } from "@qkv/pretrained";
import { classifyBatch, classifyWaiting } from "./pictures.ts";
import { status } from "./status.ts";
import { onRestart, stop, worker } from "./connection.ts";

/** The open model. */
export const model = signal<ModelSource | undefined>(undefined);
/** The classes that it knows. */
export const labels = signal<readonly string[]>([]);
/** The model that is being opened, and how far it is. */
export const opening = signal<{ source: ModelSource; progress?: DownloadProgress } | undefined>(undefined);
/** Why the last model could not be opened. */
export const modelError = signal<unknown>(undefined);
/** The backend that is being started in place of the one before. */
export const switching = signal<BackendName | undefined>(undefined);
/** What else went wrong. */
export const problem = signal<unknown>(undefined);

const onDeviceLoss: DeviceLossListener = (error, now) => {
  [problem.value, status.value] = [error, now];
};
void worker.onDeviceLost(remoteListener(onDeviceLoss));

onRestart((error) => {
  problem.value = error;
  void worker.onDeviceLost(remoteListener(onDeviceLoss));
  const [reopened, backend] = [model.value, status.value?.report.name as BackendName | undefined];
  [model.value, status.value] = [undefined, undefined]; // if the worker ends again while it opens this one, that is all
  if (reopened !== undefined) void openModel(reopened, { backend, showAgain: classifyWaiting });
});

interface OpenOptions {
  /** Computes on this one; left out, the one before. */
  readonly backend?: BackendName | undefined;
  /** Shows the model the pictures that are there; left out, all. */
  readonly showAgain?: () => Promise<void>;
}

/** Opens a model, and shows it the pictures that are there. */
export async function openModel(
  source: ModelSource,
  { backend, showAgain = classifyBatch }: OpenOptions = {},
): Promise<void> {
  modelError.value = undefined;
  opening.value = { source };
  const listener = remoteListener((progress: DownloadProgress) => {
    if (opening.value?.source === source) opening.value = { source, progress };
  });
  try {
    if (backend !== undefined) await worker.switchBackend(backend);
    const opened: BackendStatus = await worker.open(source, listener);
    labels.value = await worker.labels();
    status.value = opened;
    model.value = source;
    if (opening.value?.source === source) opening.value = undefined;
    await showAgain();
  } catch (error) {
    if (!isAbort(error)) modelError.value = error;
  } finally {
    if (opening.value?.source === source) opening.value = undefined;
  }
}

/** Stops opening a model; the one before stays. */
export async function cancelOpening(): Promise<void> {
  await stop();
  await classifyWaiting();
}

/** Computes on another backend, and shows the pictures again. */
export async function switchBackend(name: BackendName): Promise<void> {
  switching.value = name;
  try {
    status.value = await worker.switchBackend(name);
    await classifyBatch();
  } catch (error) {
    if (!isAbort(error)) problem.value = error;
  } finally {
    switching.value = undefined;
  }
}

/** Opens the model that came with the page. */
export function openShipped(): void {
  const [shipped] = shippedModels();
  if (shipped !== undefined) void openModel(shipped);
}
