import { tidy } from "@qkv/nn";
import { isRecordingGradients, writeRows } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { appendKeyValue, disposeKeyValues, inUse, type KeyValue } from "../multiHead/keyValue.ts";
import type { LayerCache } from "./layerCache.ts";

/**
 * Keys and values in buffers with room behind them, which each step writes in place: no step copies the past. A step that
 * fails leaves its rows there, behind the last.
 */
export class BufferedLayer implements LayerCache {
  readonly #capacityFor: (length: number) => number;
  /** [B, H, C, D] each */
  #buffers: KeyValue | undefined;
  #length = 0;
  #staged = 0;

  /** @param capacityFor how many positions there shall be room for, when so many are to be held */
  constructor(capacityFor: (length: number) => number) {
    this.#capacityFor = capacityFor;
  }

  get bytes(): number {
    return this.#buffers === undefined ? 0 : 4 * (this.#buffers.keys.size + this.#buffers.values.size);
  }

  past(room: number): KeyValue | undefined {
    if (this.#buffers === undefined) return undefined;
    return { ...this.#withRoom(this.#length + room, this.#buffers), length: this.#length };
  }

  append(next: KeyValue): KeyValue {
    return isRecordingGradients() ? this.#appendCopy(next) : this.#write(next, this.#length);
  }

  replace(all: KeyValue): void {
    // A kernel has written them into the buffers; or they become buffers without room, as those of a prompt.
    this.#staged = all.length ?? all.keys.shape[2];
    this.#set(all.keys, all.values);
  }

  commit(): void {
    this.#length = this.#staged;
  }

  rollback(): void {
    this.#staged = this.#length;
  }

  reorder(rows: tf.Tensor1D): void {
    if (this.#buffers !== undefined)
      this.#set(tf.gather(this.#buffers.keys, rows), tf.gather(this.#buffers.values, rows));
  }

  readonly canTruncate = true;

  truncate(length: number): void {
    this.#length = length;
  }

  dispose(): void {
    if (this.#buffers) disposeKeyValues([this.#buffers]);
    this.#buffers = undefined;
    this.#length = this.#staged = 0;
  }

  #write({ keys, values }: KeyValue, first: number): KeyValue {
    this.#staged = first + keys.shape[2];
    const buffers = this.#withRoom(this.#staged, this.#buffers ?? { keys, values, length: 0 });
    this.#set(writeRows(buffers.keys, keys, first), writeRows(buffers.values, values, first));
    return { ...(this.#buffers as KeyValue), length: this.#staged };
  }

  /** A kernel that writes in place has no gradient. */
  #appendCopy(next: KeyValue): KeyValue {
    const past = this.#length === 0 ? undefined : this.past(0);
    const { keys, values } = appendKeyValue(past, next);
    this.#staged = keys.shape[2];
    return this.#set(keys, values);
  }

  /** The buffers, or larger ones in their place if they are too small for `length` positions. @param given of this shape */
  #withRoom(length: number, given: KeyValue): KeyValue {
    const before = this.#buffers;
    if (before !== undefined && before.keys.shape[2] >= length) return before;
    const capacity = this.#capacityFor(length);
    if (before !== undefined && capacity <= before.keys.shape[2]) return before;
    const [keys, values] = [given.keys, given.values].map(({ shape: [batch, heads, , width] }) =>
      tf.zeros<tf.Rank.R4>([batch, heads, capacity, width]),
    ) as [tf.Tensor4D, tf.Tensor4D];
    if (this.#length === 0) return this.#set(keys, values);
    return tidy(() => {
      const used = inUse({ ...given, length: this.#length });
      return this.#set(writeRows(keys, used.keys, 0), writeRows(values, used.values, 0));
    });
  }

  #set(keys: tf.Tensor4D, values: tf.Tensor4D): KeyValue {
    const before = this.#buffers;
    this.#buffers = { keys: tf.keep(keys), values: tf.keep(values) };
    if (before !== undefined && before.keys !== keys) disposeKeyValues([before]);
    return this.#buffers;
  }
}
