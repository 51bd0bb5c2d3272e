import {
  type BackendName,
  type BackendReport,
  initBackend,
  inspectMachine,
  type MachineReport,
  memoryReport,
  type MemoryReport,
} from "@qkv/backend";
import { type DeviceLostError } from "@qkv/ops";
import type { DownloadProgress, ModelFiles } from "@qkv/pretrained";
import type { ModelSource } from "../model/modelSource.ts";
import { filesOf } from "./filesOf.ts";

/** Opens a model of some files. What it gives is disposed of when another takes its place. */
export type LoadModel<M> = (files: ModelFiles, options: { readonly signal: AbortSignal }) => Promise<M>;

/** Which backend computes, and what is alive on it. */
export interface BackendStatus {
  readonly report: BackendReport;
  readonly memory: MemoryReport;
  readonly machine: MachineReport;
  /** Why the open model is not kept for the next time; absent if it is, or need not be. */
  readonly unkept?: string;
}

/** Called when the GPU was taken away, with the error and the status of what computes in its place. */
export type DeviceLossListener = (
  error: { readonly name: string; readonly message: string },
  status: BackendStatus,
) => void;

const MOST_THREADS = 8;

/**
 * One model at a time in a worker, on one backend at a time. What is asked of it is done in turn, so that no model or
 * backend is taken away from under a computation; `cancel` stops all that is asked so far. When the GPU is taken away,
 * what is under way begins again on a new device, or on wasm where there is none or its memory was full.
 */
export class ModelHost<M extends { dispose(): void }> {
  readonly #load: LoadModel<M>;
  #source: ModelSource | undefined;
  #unkept: string | undefined;
  #model: M | undefined;
  #report: BackendReport | undefined;
  #machine: MachineReport | undefined;
  #lost: DeviceLostError | undefined;
  #onDeviceLoss: DeviceLossListener = () => undefined;
  #stop = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  constructor(load: LoadModel<M>) {
    this.#load = load;
  }

  /**
   * Starts a backend, the best that there is if none is named, or changes it: an open model is opened on it anew. Where
   * the one named cannot be had, another is, and the report says why.
   */
  switchBackend(name?: BackendName): Promise<BackendStatus> {
    return this.#inTurn(async (signal) => {
      this.#release();
      await this.#start(name);
      await this.#reopen(signal);
      return this.#status();
    });
  }

  /** Opens a model in place of the one before, which stays if this one cannot be opened. */
  open(source: ModelSource, onProgress?: (progress: DownloadProgress) => void): Promise<BackendStatus> {
    return this.#inTurn(async (signal) => {
      await this.#start();
      let unkept: string | undefined;
      const onCacheError = (reason: string) => (unkept ??= reason);
      const model = await this.#load(filesOf(source, { onCacheError, ...(onProgress && { onProgress }) }), { signal });
      this.#release();
      [this.#source, this.#model, this.#unkept] = [source, model, unkept];
      return this.#status();
    });
  }

  /** Computes with the open model; twice, if the GPU is taken away the first time. @throws Error if there is no model */
  run<T>(work: (model: M, signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#inTurn(async (signal) => {
      await this.#start();
      const model = await this.#reopen(signal);
      if (model === undefined) throw new Error("expected an open model, got none");
      return work(model, signal);
    });
  }

  /** Which backend computes, and what is alive on it. */
  status(): Promise<BackendStatus> {
    return this.#inTurn(async () => {
      await this.#start();
      return this.#status();
    });
  }

  /** Calls a listener each time that the GPU was taken away. */
  onDeviceLost(listener: DeviceLossListener): void {
    this.#onDeviceLoss = listener;
  }

  /** Stops what was asked so far: it ends with an AbortError. */
  cancel(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  async #start(name?: BackendName): Promise<void> {
    const lost = this.#lost;
    if (name === undefined && this.#report !== undefined && lost === undefined) return;
    if (lost !== undefined) this.#release();
    this.#lost = undefined;
    const threads = Math.min(navigator.hardwareConcurrency, MOST_THREADS); // asked for, so that a refusal says why
    const onDeviceLost = (error: DeviceLostError) => {
      if (this.#report?.name === "webgpu") this.#lost = error; // else it was of no use any more
    };
    const next = lost?.reason === "out-of-memory" ? "wasm" : "webgpu"; // a new device has no more memory
    this.#report = await initBackend(name ?? (lost && next), { threads, onDeviceLost });
    this.#machine = await inspectMachine(this.#report);
    if (lost !== undefined) this.#onDeviceLoss({ name: lost.name, message: lost.message }, this.#status());
  }

  /** The model, opened anew if it went with its device. */
  async #reopen(signal: AbortSignal): Promise<M | undefined> {
    if (this.#source !== undefined) this.#model ??= await this.#load(filesOf(this.#source, {}), { signal });
    return this.#model;
  }

  #status(): BackendStatus {
    const [report, machine, unkept] = [this.#report, this.#machine, this.#unkept];
    if (report === undefined || machine === undefined) throw new Error("expected a backend that is started, got none");
    return { report, machine, memory: memoryReport(), ...(unkept !== undefined && { unkept }) };
  }

  #release(): void {
    this.#model?.dispose();
    this.#model = undefined;
  }

  #inTurn<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#stop;
    const attempt = () => {
      signal.throwIfAborted();
      return work(signal);
    };
    const done = this.#last.then(attempt).catch((error: unknown) => {
      if (this.#lost === undefined) throw error;
      return attempt(); // whatever the error says, it came of the loss
    });
    this.#last = done.catch(() => undefined);
    return done;
  }
}
