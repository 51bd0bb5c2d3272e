import { activeKernel } from "@qkv/ops";
import { BufferedLayer } from "./bufferedLayer.ts";
import { GrowingLayer } from "./growingLayer.ts";
import { KeyValueCache } from "./keyValueCache.ts";

/**
 * Creates a cache with room for `capacity` positions, which it keeps all: `StaticCache` of Hugging Face transformers. On
 * wasm the room is taken at once and each step writes its positions in place. Other backends have no kernel for that, and
 * the cache grows there up to its capacity.
 *
 * @throws RangeError if the capacity is no whole number from 1
 */
export function fixedCache(capacity: number): KeyValueCache {
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new RangeError(`fixedCache: expected capacity to be a whole number from 1, got ${capacity}`);
  }
  const createLayer = () =>
    activeKernel("writeRows") === "fused" ? new BufferedLayer(() => capacity) : new GrowingLayer();
  return new KeyValueCache(createLayer, { capacity });
}
