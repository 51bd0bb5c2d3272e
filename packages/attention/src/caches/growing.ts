import { activeKernel } from "@qkv/ops";
import { BufferedLayer } from "./bufferedLayer.ts";
import { GrowingLayer } from "./growingLayer.ts";
import { KeyValueCache } from "./keyValueCache.ts";

/**
 * Creates a cache that grows with the text, and keeps every position: `DynamicCache` of Hugging Face transformers. On wasm
 * it has room for up to half as many positions again, which steps write in place, so that only now and then one copies the
 * past; on other backends each step makes new tensors.
 */
export function growingCache(): KeyValueCache {
  return new KeyValueCache(growingLayer);
}

/** Creates the cache of a layer that keeps every position. */
export function growingLayer(): BufferedLayer | GrowingLayer {
  return activeKernel("writeRows") === "fused" ? new BufferedLayer(roomFor) : new GrowingLayer();
}

const BLOCK = 8; // positions

/** How many positions a cache that grows has room for when it is to hold so many. */
export function roomFor(length: number): number {
  return Math.ceil((1.5 * length) / BLOCK) * BLOCK;
}
