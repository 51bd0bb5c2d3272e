import { type BackendName, type BackendReport, initBackend, memoryReport, type MemoryReport } from "@qkv/backend";
import type { DownloadProgress, ModelFiles } from "@qkv/pretrained";
import tfjsWasm from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url";
import type { ModelSource } from "../model/modelSource.ts";
import { filesOf } from "./filesOf.ts";

/** Opens a model of some files. What it gives is disposed of when another takes its place. */
export type LoadModel<M> = (files: ModelFiles, options: { readonly signal: AbortSignal }) => Promise<M>;

/** Which backend computes, and what is alive on it. */
export interface BackendStatus {
  readonly report: BackendReport;
  readonly memory: MemoryReport;
}

const MOST_THREADS = 8;

/**
 * One model at a time in a worker, on one backend at a time. What is asked of it is done in turn, so that no model or
 * backend is taken away from under a computation; `cancel` stops all that is asked so far.
 */
export class ModelHost<M extends { dispose(): void }> {
  readonly #load: LoadModel<M>;
  #source: ModelSource | undefined;
  #model: M | undefined;
  #report: BackendReport | undefined;
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
      if (this.#source !== undefined) this.#model = await this.#load(filesOf(this.#source), { signal });
      return this.#status();
    });
  }

  /** Opens a model in place of the one before, which stays if this one cannot be opened. */
  open(source: ModelSource, onProgress?: (progress: DownloadProgress) => void): Promise<BackendStatus> {
    return this.#inTurn(async (signal) => {
      await this.#start();
      const model = await this.#load(filesOf(source, onProgress), { signal });
      this.#release();
      this.#source = source;
      this.#model = model;
      return this.#status();
    });
  }

  /** Computes with the open model. @throws Error if there is none */
  run<T>(work: (model: M, signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#inTurn((signal) => {
      if (this.#model === undefined) throw new Error("expected an open model, got none");
      return work(this.#model, signal);
    });
  }

  /** Which backend computes, and what is alive on it. */
  status(): Promise<BackendStatus> {
    return this.#inTurn(async () => {
      await this.#start();
      return this.#status();
    });
  }

  /** Stops what was asked so far: it ends with an AbortError. */
  cancel(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  async #start(name?: BackendName): Promise<void> {
    if (name === undefined && this.#report !== undefined) return;
    const threads = Math.min(navigator.hardwareConcurrency, MOST_THREADS); // asked for, so that a refusal says why
    const wasmPaths = { "tfjs-backend-wasm-simd.wasm": tfjsWasm };
    this.#report = await initBackend(name, { wasmPaths, threads });
  }

  #status(): BackendStatus {
    if (this.#report === undefined) throw new Error("expected a backend that is started, got none");
    return { report: this.#report, memory: memoryReport() };
  }

  #release(): void {
    this.#model?.dispose();
    this.#model = undefined;
  }

  #inTurn<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#stop;
    const done = this.#last.then(() => {
      signal.throwIfAborted();
      return work(signal);
    });
    this.#last = done.catch(() => undefined);
    return done;
  }
}
