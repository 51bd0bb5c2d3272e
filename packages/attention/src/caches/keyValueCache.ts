import { tidy } from "@qkv/nn";
import type { RowFormat } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { KeyValue } from "../multiHead/keyValue.ts";
import { CachedIds } from "./cachedIds.ts";
import type { LayerCache } from "./layerCache.ts";

/** How a cache holds keys and values. */
export type CacheDtype = "float32" | RowFormat;

/** What a {@link KeyValueCache} is told of its layers. */
export interface CacheTraits {
  /** The most positions that it may hold. Default as many as come. */
  readonly capacity?: number;
  /** How the layers hold keys and values. Default float32. */
  readonly dtype?: CacheDtype;
}

/**
 * The keys and values of every layer of a decoder for the positions that it has read, and their owner: `past_key_values`
 * of Hugging Face transformers. Whoever creates it disposes of it.
 *
 * Positions are added in steps, in which every layer appends once. A step that fails leaves the cache as it was.
 */
export class KeyValueCache {
  /** The most positions that it may hold. */
  readonly capacity: number;
  /** How it holds keys and values. */
  readonly dtype: CacheDtype;
  readonly #createLayer: (layer: number) => LayerCache;
  #layers: LayerCache[] = [];
  #length = 0;
  /** B, once something was appended */
  #batch = 0;
  #ids = new CachedIds();
  /** Number of positions that each layer has appended in this step; absent between steps. */
  #step: Map<number, number> | undefined;

  /** @param createLayer for each layer of the decoder, how it is kept */
  constructor(
    createLayer: (layer: number) => LayerCache,
    { capacity = Infinity, dtype = "float32" }: CacheTraits = {},
  ) {
    this.#createLayer = createLayer;
    this.capacity = capacity;
    this.dtype = dtype;
  }

  /** Number of positions read so far, those that a window dropped included. In a step, of those before it. */
  get length(): number {
    return this.#length;
  }

  /** Token ids of each row, as far as the steps were given them: [B][length], -1 where one was not. */
  get ids(): readonly (readonly number[])[] {
    return this.#ids.rows;
  }

  /** Bytes of all keys and values. */
  get bytes(): number {
    return this.#layers.reduce((sum, layer) => sum + layer.bytes, 0);
  }

  /**
   * Runs a step, in a tidy: what its layers append is kept if `run` returns, and forgotten if it throws. A step within
   * a step is part of it.
   *
   * @param ids the token ids of the new positions, for each row
   * @throws RangeError if not every layer appended, each as many positions
   */
  step<T>(run: () => T, ids?: readonly (readonly number[])[]): T {
    if (this.#step !== undefined) return run();
    this.#step = new Map();
    try {
      return tidy(() => {
        const result = run();
        this.#commit(this.#step as Map<number, number>, ids);
        return result;
      });
    } catch (error) {
      this.#rollback();
      throw error;
    } finally {
      this.#step = undefined;
    }
  }

  /**
   * The keys and values of a layer for the positions before this step, borrowed; undefined if there are none. Later steps
   * may write into them, where they have a `length`.
   *
   * @param room for how many positions a kernel wants room behind them; where the cache grows in place, they have it
   */
  past(layer: number, room = 0): KeyValue | undefined {
    return this.#layers[layer]?.past(room);
  }

  /**
   * Adds the keys and values of new positions to those of a layer.
   *
   * @param next borrowed
   * @returns those that the new positions see, themselves included, until the end of the step
   */
  append(layer: number, next: KeyValue): KeyValue {
    return this.#staged("append", layer, next, next.keys.shape[2]).append(next);
  }

  /** Takes a layer's keys and values of this step, past ones included, from a kernel that appended by itself. */
  replace(layer: number, all: KeyValue): void {
    this.#staged("replace", layer, all, usedOf(all) - usedOf(this.past(layer))).replace(all);
  }

  /** Makes row i the former row `rows[i]`: beams. Rows may be left out and repeated. */
  reorder(rows: readonly number[]): void {
    this.#checkBetweenSteps("reorder");
    if (this.#length === 0) return;
    const wrong = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= this.#batch);
    if (wrong !== undefined || rows.length === 0) {
      throw new RangeError(`KeyValueCache.reorder: expected rows from 0 to ${this.#batch - 1}, got ${wrong ?? "none"}`);
    }
    if (rows.length === this.#batch && rows.every((row, i) => row === i)) return;
    tf.tidy(() => {
      const indices = tf.tensor1d([...rows], "int32");
      for (const layer of this.#layers) layer.reorder(indices);
    });
    this.#ids.reorder(rows);
    this.#batch = rows.length;
  }

  /**
   * Forgets the positions from `length` on. Where a window has dropped what those before them see, it forgets all.
   *
   * @returns the length now: `length`, what it was if that is less, or 0
   */
  truncate(length: number): number {
    this.#checkBetweenSteps("truncate");
    if (!Number.isInteger(length) || length < 0) {
      throw new RangeError(`KeyValueCache.truncate: expected a length from 0, got ${length}`);
    }
    if (length >= this.#length) return this.#length;
    if (length === 0 || !this.#layers.every((layer) => layer.canTruncate)) {
      this.dispose();
      return 0;
    }
    for (const layer of this.#layers) layer.truncate(length);
    this.#ids.truncate(length);
    return (this.#length = length);
  }

  /** Disposes of all tensors: the cache is empty then, and may be filled again. */
  dispose(): void {
    for (const layer of this.#layers) layer?.dispose();
    this.#layers = [];
    this.#ids = new CachedIds();
    this.#length = this.#batch = 0;
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #staged(what: string, layer: number, { keys }: KeyValue, added: number): LayerCache {
    const who = `KeyValueCache.${what}`;
    if (this.#step === undefined)
      throw new Error(`${who}: expected to be called in cache.step(() => ...), got no step`);
    if (this.#step.has(layer))
      throw new RangeError(`${who}: expected each layer once a step, got layer ${layer} again`);
    if (this.#length > 0 && (keys.shape[0] !== this.#batch || this.#layers[layer] === undefined)) {
      const expected = `${this.#batch} rows and layers below ${this.#layers.length}`;
      throw new RangeError(`${who}: expected ${expected}, got ${keys.shape[0]} rows of layer ${layer}`);
    }
    if (this.#length + added > this.capacity) {
      throw new RangeError(
        `${who}: expected at most ${this.capacity} positions, the capacity of the cache, got ${this.#length + added}: ` +
          "create it with a larger capacity",
      );
    }
    this.#step.set(layer, added);
    this.#batch = keys.shape[0];
    return (this.#layers[layer] ??= this.#createLayer(layer));
  }

  #commit(step: ReadonlyMap<number, number>, ids: readonly (readonly number[])[] | undefined): void {
    if (step.size === 0) return;
    const [added = 0, ...others] = new Set(step.values());
    if (others.length > 0 || step.size !== this.#layers.length) {
      const got = [...step].map(([layer, count]) => `${count} of layer ${layer}`).join(", ");
      throw new RangeError(
        `KeyValueCache.step: expected as many positions of each of ${this.#layers.length} layers, got ${got}`,
      );
    }
    if (ids !== undefined && (ids.length !== this.#batch || ids.some((row) => row.length !== added))) {
      const got = `[${ids.map((row) => row.length)}]`;
      throw new RangeError(`KeyValueCache.step: expected ${added} ids for each of ${this.#batch} rows, got ${got}`);
    }
    for (const layer of this.#layers) layer.commit();
    if (ids !== undefined) this.#ids.append(ids, this.#length);
    this.#length += added;
  }

  #rollback(): void {
    for (const layer of this.#layers) layer?.rollback(); // a failed step may have left holes
    if (this.#length === 0) this.dispose();
  }

  #checkBetweenSteps(what: string): void {
    if (this.#step !== undefined)
      throw new Error(`KeyValueCache.${what}: expected to be called between steps, got one`);
  }
}

/** Number of positions that are held. */
function usedOf(keyValue: KeyValue | undefined): number {
  return keyValue === undefined ? 0 : (keyValue.length ?? keyValue.keys.shape[2]);
}
