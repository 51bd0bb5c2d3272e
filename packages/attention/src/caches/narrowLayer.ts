import {
  cachedRowWords,
  isRecordingGradients,
  moveCachedRows,
  readCachedRows,
  type RowFormat,
  writeCachedRows,
} from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { disposeKeyValues, type KeyValue } from "../multiHead/keyValue.ts";
import type { LayerCache } from "./layerCache.ts";

/**
 * Keys and values in fewer bits, in buffers with room behind them, which each step writes in place. Kernels that attend read
 * them as they are; what has no such kernel is given floats for as long as the step takes. Positions of one step that is the
 * first see each other's floats.
 */
export class NarrowLayer implements LayerCache {
  readonly #format: RowFormat;
  readonly #capacityFor: (length: number) => number;
  /** [B, H, C, W] int32 each */
  #buffers: Pick<KeyValue, "keys" | "values"> | undefined;
  /** D */
  #width = 0;
  #length = 0;
  #staged = 0;

  /** @param capacityFor how many positions there shall be room for, when so many are to be held */
  constructor(format: RowFormat, capacityFor: (length: number) => number) {
    this.#format = format;
    this.#capacityFor = capacityFor;
  }

  get bytes(): number {
    return this.#buffers === undefined ? 0 : 4 * (this.#buffers.keys.size + this.#buffers.values.size);
  }

  past(room: number): KeyValue | undefined {
    if (this.#buffers === undefined) return undefined;
    const [batch, heads] = this.#buffers.keys.shape;
    const buffers = this.#withRoom(this.#length + room, batch, heads);
    return { ...buffers, length: this.#length, format: this.#format };
  }

  append(next: KeyValue): KeyValue {
    if (isRecordingGradients())
      throw new RangeError(`KeyValueCache: expected dtype float32 where gradients are recorded, got ${this.#format}`);
    const isFirst = this.#length === 0;
    this.#write(next);
    if (isFirst) return next;
    const { keys, values } = this.#buffers as KeyValue;
    const read = (buffer: tf.Tensor4D) => readCachedRows(buffer, this.#staged, this.#width, this.#format);
    return { keys: read(keys), values: read(values) };
  }

  replace(all: KeyValue): void {
    if (all.format !== undefined) {
      this.#staged = all.length as number; // a kernel has written them into the buffers, or into others
      if (all.keys !== this.#buffers?.keys) this.#take(all);
      return;
    }
    this.#write(all);
    disposeKeyValues([all]);
  }

  commit(): void {
    this.#length = this.#staged;
  }

  rollback(): void {
    this.#staged = this.#length;
  }

  reorder(rows: tf.Tensor1D): void {
    const before = this.#buffers;
    if (before === undefined) return;
    this.#buffers = moved(before, this.#length, before.keys.shape[2], rows);
    disposeKeyValues([before]);
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

  #write({ keys, values }: KeyValue): void {
    const [batch, heads, length, width] = keys.shape;
    this.#width = width;
    this.#staged = this.#length + length;
    const buffers = this.#withRoom(this.#staged, batch, heads);
    writeCachedRows(buffers.keys, keys, this.#length, this.#format);
    writeCachedRows(buffers.values, values, this.#length, this.#format);
  }

  /** Takes other buffers, which hold all positions of this step, in the place of its own. */
  #take(all: Pick<KeyValue, "keys" | "values">): void {
    const capacity = Math.max(this.#capacityFor(this.#staged), all.keys.shape[2]);
    const before = this.#buffers;
    this.#buffers = moved(all, this.#staged, capacity);
    disposeKeyValues(before === undefined ? [all] : [before, all]);
  }

  /** The buffers, or larger ones in their place if they are too small for `length` positions. */
  #withRoom(length: number, batch: number, heads: number): Pick<KeyValue, "keys" | "values"> {
    const before = this.#buffers;
    const capacity = this.#capacityFor(length);
    const had = before?.keys.shape[2] ?? 0;
    if (before !== undefined && (had >= length || capacity <= had)) return before;
    if (before === undefined || this.#length === 0) {
      const words = before?.keys.shape[3] ?? cachedRowWords(this.#format, this.#width);
      const empty = () => tf.keep(tf.zeros<tf.Rank.R4>([batch, heads, capacity, words], "int32"));
      this.#buffers = { keys: empty(), values: empty() };
    } else {
      this.#buffers = moved(before, this.#length, capacity);
    }
    if (before !== undefined) disposeKeyValues([before]);
    return this.#buffers;
  }
}

/** Copies of buffers with room for `capacity` positions, which stay. */
function moved(
  { keys, values }: Pick<KeyValue, "keys" | "values">,
  length: number,
  capacity: number,
  texts?: tf.Tensor1D,
): Pick<KeyValue, "keys" | "values"> {
  const move = (buffer: tf.Tensor4D) => tf.keep(moveCachedRows(buffer, length, capacity, texts));
  return { keys: move(keys), values: move(values) };
}
