import { checkOptions, type OptionNames } from "@qkv/ops";
import { growingCache } from "./growing.ts";
import type { KeyValueCache } from "./keyValueCache.ts";
import { slidingWindowCache } from "./sliding.ts";

/** Options of a cache. */
export interface CacheOptions {
  /** For each layer, the number of keys that a query sees; null or nothing: all. Default all. */
  readonly windows?: readonly (number | null | undefined)[] | undefined;
}

const OPTIONS: OptionNames<CacheOptions> = { windows: true };

/** Creates an empty cache of the kind that the options ask for; the caller disposes of it. */
export function createCache(options: CacheOptions = {}): KeyValueCache {
  checkOptions("createCache", options, OPTIONS);
  const { windows = [] } = options;
  return windows.some((window) => typeof window === "number") ? slidingWindowCache(windows) : growingCache();
}
