import * as tf from "@tensorflow/tfjs-core";
import { appendKeyValue, bytesOf, disposeKeyValues, type KeyValue, lastKeyValues } from "../multiHead/keyValue.ts";
import type { LayerCache } from "./layerCache.ts";

/** Keys and values in tensors as long as there are positions: each step makes new ones. */
export class GrowingLayer implements LayerCache {
  /** Number of positions that are kept for the next step. */
  readonly #most: number;
  #kept: KeyValue | undefined;
  #staged: KeyValue | undefined;

  /** @param window the number of keys that a query sees, its own included; left out: all */
  constructor(window = Infinity) {
    this.#most = window - 1;
  }

  get bytes(): number {
    return this.#kept === undefined ? 0 : bytesOf([this.#kept]);
  }

  past(): KeyValue | undefined {
    return this.#kept;
  }

  append(next: KeyValue): KeyValue {
    const all = appendKeyValue(this.#kept, next);
    this.replace(all);
    return all;
  }

  replace(all: KeyValue): void {
    const dropped = this.#kept?.dropped ?? all.dropped ?? 0;
    const whole = { keys: all.keys, values: all.values, dropped };
    // The next query sees itself and the rest of its window.
    const { keys, values, ...rest } = this.#most === Infinity ? whole : lastKeyValues(whole, this.#most);
    this.#staged = { keys: tf.keep(keys), values: tf.keep(values), ...rest };
  }

  commit(): void {
    this.dispose();
    this.#kept = this.#staged;
    this.#staged = undefined;
  }

  rollback(): void {
    if (this.#staged) disposeKeyValues([this.#staged]);
    this.#staged = undefined;
  }

  reorder(rows: tf.Tensor1D): void {
    this.#change((x) => tf.gather(x, rows));
  }

  get canTruncate(): boolean {
    return (this.#kept?.dropped ?? 0) === 0;
  }

  truncate(length: number): void {
    this.#change((x) => tf.slice(x, [0, 0, 0, 0], [x.shape[0], x.shape[1], length, x.shape[3]]));
  }

  dispose(): void {
    if (this.#kept) disposeKeyValues([this.#kept]);
    this.#kept = undefined;
  }

  #change(change: (x: tf.Tensor4D) => tf.Tensor4D): void {
    if (this.#kept === undefined) return;
    const { keys, values, ...rest } = this.#kept;
    const changed = { keys: tf.keep(change(keys)), values: tf.keep(change(values)), ...rest };
    this.dispose();
    this.#kept = changed;
  }
}
