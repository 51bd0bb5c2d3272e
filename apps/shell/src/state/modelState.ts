// The model of a page, and on which backend it runs. The components show it; the worker computes it.
import { batch, type Signal, signal } from "@preact/signals";
import type { BackendName } from "@qkv/backend";
import type { DownloadProgress } from "@qkv/pretrained";
import { remoteListener, type WorkerConnection } from "../connectWorker.ts";
import { isAbort } from "../ui/errorSentence.ts";
import type { HostApi } from "../worker/hostApi.ts";
import type { BackendStatus, DeviceLossListener } from "../worker/modelHost.ts";
import type { ModelSource } from "../model/modelSource.ts";

/** The model and the backend of a page as signals, and what a person can do with them. */
export interface ModelState {
  /** Which backend computes; undefined until one is started. */
  readonly status: Signal<BackendStatus | undefined>;
  /** The open model. */
  readonly model: Signal<ModelSource | undefined>;
  /** The model that is being opened, and how far it is. */
  readonly opening: Signal<{ source: ModelSource; progress?: DownloadProgress } | undefined>;
  /** Why the last model could not be opened. */
  readonly modelError: Signal<unknown>;
  /** What else went wrong. */
  readonly problem: Signal<unknown>;
  /** Opens a model in place of the one before. */
  openModel(source: ModelSource): Promise<void>;
  /** Computes on another backend; the open model goes along. */
  switchBackend(name: BackendName): Promise<void>;
  /** Does it, and lets the page say what went wrong; being stopped is nothing wrong. */
  guarded(doing: () => Promise<void>): Promise<void>;
}

/**
 * Makes the state of a page's model. When the worker ends, the model is opened again in the next one.
 *
 * @param onOpened asks the worker about a model that it has opened; what it gives runs when the page takes the model over
 */
export function createModelState(
  { worker, stop, onRestart }: WorkerConnection<HostApi>,
  onOpened: (source: ModelSource) => Promise<() => void>,
): ModelState {
  const state: ModelState = {
    status: signal(undefined),
    model: signal(undefined),
    opening: signal(undefined),
    modelError: signal(undefined),
    problem: signal(undefined),
    openModel,
    switchBackend: (name) =>
      guarded(async () => {
        await stop();
        status.value = await worker.switchBackend(name);
      }),
    guarded,
  };
  const { status, model, opening, modelError, problem } = state;

  const onDeviceLoss: DeviceLossListener = (error, now) => {
    [problem.value, status.value] = [error, now];
  };
  const listen = () => void worker.onDeviceLost(remoteListener(onDeviceLoss));
  listen();

  onRestart((error) => {
    problem.value = error;
    listen();
    const [reopened, backend] = [model.value, status.value?.report.name as BackendName | undefined];
    model.value = undefined; // if the worker ends again while it opens this one, it is not opened a third time
    void guarded(async () => {
      if (backend !== undefined) status.value = await worker.switchBackend(backend);
      if (reopened !== undefined) await openModel(reopened);
    });
  });

  async function openModel(source: ModelSource): Promise<void> {
    modelError.value = undefined;
    opening.value = { source };
    const listener = remoteListener((progress: DownloadProgress) => {
      if (opening.value?.source === source) opening.value = { source, progress };
    });
    try {
      await stop();
      status.value = await worker.open(source, listener);
      const takeOver = await onOpened(source);
      batch(() => {
        model.value = source;
        takeOver();
      });
    } catch (error) {
      if (!isAbort(error)) modelError.value = error;
    } finally {
      if (opening.value?.source === source) opening.value = undefined;
    }
  }

  async function guarded(doing: () => Promise<void>): Promise<void> {
    try {
      await doing();
    } catch (error) {
      if (!isAbort(error)) problem.value = error;
    }
  }

  return state;
}
