import { createStore, del, get, setMany } from "idb-keyval";
import type { ModelSource } from "@qkv/app-shell";
import type { AnyExample, Goal } from "../data/examples.ts";
import type { TuningSettings } from "./settings.ts";

/** What a training was begun with. */
export interface RunRecord {
  readonly id: string;
  readonly goal: Goal;
  readonly settings: TuningSettings;
  readonly examples: readonly AnyExample[];
  /** Of a model of this device without its files, where the browser does not keep them. */
  readonly source: ModelSource;
}

/** A point of a curve. */
export type LossPoint = readonly [step: number, loss: number];

/** The losses of a training, and those of examples that were held back. */
export interface Curves {
  readonly losses: readonly LossPoint[];
  readonly validations: readonly LossPoint[];
}

/** How far a training is. */
export interface RunState extends Curves {
  /** The run's. */
  readonly id: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly isFinished: boolean;
  /** A checkpoint's bytes: `encodeCheckpoint`. */
  readonly checkpoint: Uint8Array<ArrayBuffer>;
}

/** A training that was begun here. */
export interface KeptRun {
  readonly record: RunRecord;
  /** Absent before the first checkpoint. */
  readonly state?: RunState;
}

/** The last training, in this browser's storage, or for this visit only where that is denied or full. */
export class RunStore {
  readonly #store = lazy(() => createStore("qkv-finetune", "runs"));
  #run: KeptRun | undefined;
  #isRead = false;

  /** @returns whether it is kept for the next visit, and the model's files with it */
  async begin(record: RunRecord): Promise<"all" | "withoutModel" | "nothing"> {
    this.#run = { record };
    this.#isRead = true;
    await this.#attempt(() => del("state", this.#store()));
    if (await this.#put("record", record)) return "all";
    const { source } = record;
    if (source.kind !== "folder") return "nothing";
    return (await this.#put("record", { ...record, source: { ...source, files: [] } })) ? "withoutModel" : "nothing";
  }

  /** Keeps how far it is, whole or not at all. @returns whether it is kept for the next visit */
  save(state: RunState): Promise<boolean> {
    if (this.#run !== undefined) this.#run = { record: this.#run.record, state };
    return this.#put("state", state);
  }

  async read(): Promise<KeptRun | undefined> {
    if (this.#isRead) return this.#run;
    const [record, state] = await this.#readBoth();
    this.#isRead = true;
    if (record !== undefined) this.#run = { record, ...(state?.id === record.id && { state }) };
    return this.#run;
  }

  async forget(): Promise<void> {
    this.#run = undefined;
    this.#isRead = true;
    for (const key of ["record", "state"]) await this.#attempt(() => del(key, this.#store()));
  }

  async #readBoth(): Promise<readonly [RunRecord | undefined, RunState | undefined]> {
    try {
      return [await get<RunRecord>("record", this.#store()), await get<RunState>("state", this.#store())];
    } catch {
      return [undefined, undefined];
    }
  }

  #put(key: string, value: unknown): Promise<boolean> {
    return this.#attempt(() => setMany([[key, value]], this.#store()));
  }

  async #attempt(doing: () => Promise<void>): Promise<boolean> {
    try {
      await doing();
      return true;
    } catch {
      return false; // denied, full, or a file that is gone
    }
  }
}

function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
