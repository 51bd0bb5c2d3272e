import { activeKernel, writeRows } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { disposeKeyValues, type KeyValue } from "../multiHead/keyValue.ts";
import { GrowingLayer } from "./growing.ts";
import { KeyValueCache } from "./keyValueCache.ts";
import type { LayerCache } from "./layerCache.ts";

/**
 * Creates a cache with room for `capacity` positions, which it keeps all: `StaticCache` of Hugging Face transformers. On
 * wasm the room is taken at once and each step writes its positions in place, so that no step copies the past: worth it
 * for texts of many hundred tokens. Other backends have no kernel for that, and the cache grows there up to its capacity.
 *
 * @throws RangeError if the capacity is no whole number from 1
 */
export function fixedCache(capacity: number): KeyValueCache {
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new RangeError(`fixedCache: expected capacity to be a whole number from 1, got ${capacity}`);
  }
  const createLayer = () => (activeKernel("writeRows") === "fused" ? new FixedLayer(capacity) : new GrowingLayer());
  return new KeyValueCache(createLayer, capacity);
}

/** Keys and values in buffers that are written in place; a step that fails leaves its rows there, behind the last. */
export class FixedLayer implements LayerCache {
  readonly #capacity: number;
  /** [B, H, C, D] each */
  #buffers: KeyValue | undefined;
  #length = 0;
  #staged = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get bytes(): number {
    return this.#buffers === undefined ? 0 : 4 * (this.#buffers.keys.size + this.#buffers.values.size);
  }

  get past(): KeyValue | undefined {
    return this.#buffers && { ...this.#buffers, length: this.#length };
  }

  append(next: KeyValue): KeyValue {
    return this.#write(next, this.#length);
  }

  replace(all: KeyValue): void {
    if (all.keys === this.#buffers?.keys)
      this.#staged = all.length ?? 0; // a kernel has written them there
    else this.#write(all, 0);
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
    const empty = ([batch, heads, , width]: tf.Tensor4D["shape"]) =>
      tf.zeros<tf.Rank.R4>([batch, heads, this.#capacity, width]);
    const buffers = this.#buffers ?? this.#set(empty(keys.shape), empty(values.shape));
    this.#staged = first + keys.shape[2];
    this.#set(writeRows(buffers.keys, keys, first), writeRows(buffers.values, values, first));
    return { ...(this.#buffers as KeyValue), length: this.#staged };
  }

  #set(keys: tf.Tensor4D, values: tf.Tensor4D): KeyValue {
    const before = this.#buffers;
    this.#buffers = { keys: tf.keep(keys), values: tf.keep(values) };
    if (before !== undefined && before.keys !== keys) disposeKeyValues([before]);
    return this.#buffers;
  }
}
