import { checkArray } from "@qkv/ops";
import { growingLayer } from "./growing.ts";
import { GrowingLayer } from "./growingLayer.ts";
import { KeyValueCache } from "./keyValueCache.ts";

/**
 * Creates a cache of layers that see a sliding window: it keeps the last positions alone, and every one where a layer
 * has no window (Mistral, Gemma; `DynamicCache` with `DynamicSlidingWindowLayer` in Hugging Face transformers).
 *
 * Once a window has moved, only `truncate(0)` is possible.
 *
 * @param windows for each layer, the number of keys that a query sees, its own included; null or nothing: all
 */
export function slidingWindowCache(windows: readonly (number | null | undefined)[]): KeyValueCache {
  checkArray("slidingWindowCache", "windows", windows);
  return new KeyValueCache((layer) => {
    const window = windows[layer];
    return typeof window === "number" ? new GrowingLayer(window) : growingLayer();
  });
}
