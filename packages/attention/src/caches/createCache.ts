import { checkOptions, type OptionNames } from "@qkv/ops";
import { fixedCache } from "./fixed.ts";
import { growingCache } from "./growing.ts";
import type { KeyValueCache } from "./keyValueCache.ts";
import { slidingWindowCache } from "./sliding.ts";

/** The size of a cache. */
export interface CacheSize {
  /** The most positions that it may hold, for which room is taken at once where it helps. Default as many as come. */
  readonly capacity?: number | undefined;
}

/** Options of a cache. */
export interface CacheOptions extends CacheSize {
  /** For each layer, the number of keys that a query sees; null or nothing: all. Default all. */
  readonly windows?: readonly (number | null | undefined)[] | undefined;
}

const OPTIONS: OptionNames<CacheOptions> = { capacity: true, windows: true };

/** Creates an empty cache of the kind that the options ask for; the caller disposes of it. */
export function createCache(options: CacheOptions = {}): KeyValueCache {
  checkOptions("createCache", options, OPTIONS);
  const { capacity, windows = [] } = options;
  if (capacity !== undefined) return fixedCache(capacity);
  return windows.some((window) => typeof window === "number") ? slidingWindowCache(windows) : growingCache();
}
