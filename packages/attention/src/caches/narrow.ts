import { hasCachedRows, type RowFormat } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { roomFor } from "./growing.ts";
import { KeyValueCache } from "./keyValueCache.ts";
import { NarrowLayer } from "./narrowLayer.ts";

/**
 * Creates a cache of keys and values in fewer bits, which keeps every position: in halves of half the bytes, or in codes of
 * 8 bits of a bit more than a quarter. wasm and webgpu have the kernels for it.
 *
 * @param capacity the most positions, for which room is taken at once; left out: it grows with the text
 * @throws RangeError on another backend
 */
export function narrowCache(format: RowFormat, capacity?: number): KeyValueCache {
  if (!hasCachedRows()) {
    throw new RangeError(
      `createCache: expected dtype to be float32 on this backend, ${tf.getBackend()}, got "${format}": keys and values in fewer bits need wasm or webgpu`,
    );
  }
  return new KeyValueCache(() => new NarrowLayer(format, capacity === undefined ? roomFor : () => capacity), {
    ...(capacity !== undefined && { capacity }),
    dtype: format,
  });
}
