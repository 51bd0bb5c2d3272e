import { checkOptions, describeArgument, type OptionNames } from "@qkv/ops";
import { fixedCache } from "./fixed.ts";
import { growingCache } from "./growing.ts";
import type { CacheDtype, KeyValueCache } from "./keyValueCache.ts";
import { narrowCache } from "./narrow.ts";
import { slidingWindowCache } from "./sliding.ts";

/** The size of a cache. */
export interface CacheSize {
  /** The most positions that it may hold, for which room is taken at once where it helps. Default as many as come. */
  readonly capacity?: number | undefined;
  /**
   * How keys and values are held: `float16` halves their bytes, `q8` leaves 0.28 of them, each at the price of rounding. On wasm
   * and webgpu; every position is kept then, in layers with a window too. Default float32.
   */
  readonly dtype?: CacheDtype | undefined;
}

/** Options of a cache. */
export interface CacheOptions extends CacheSize {
  /** For each layer, the number of keys that a query sees; null or nothing: all. Default all. */
  readonly windows?: readonly (number | null | undefined)[] | undefined;
}

const OPTIONS: OptionNames<CacheOptions> = { capacity: true, dtype: true, windows: true };

/** Creates an empty cache of the kind that the options ask for; the caller disposes of it. */
export function createCache(options: CacheOptions = {}): KeyValueCache {
  checkOptions("createCache", options, OPTIONS);
  const { capacity, dtype = "float32", windows = [] } = options;
  checkCacheDtype("createCache", dtype);
  if (dtype !== "float32") return narrowCache(dtype, checkedCapacity(capacity));
  if (capacity !== undefined) return fixedCache(capacity);
  return windows.some((window) => typeof window === "number") ? slidingWindowCache(windows) : growingCache();
}

const DTYPES: readonly CacheDtype[] = ["float32", "float16", "q8"];

/** Refuses what is no dtype of a cache. @throws RangeError */
export function checkCacheDtype(who: string, dtype: CacheDtype, name = "dtype"): void {
  if (DTYPES.includes(dtype)) return;
  const got = typeof dtype === "string" ? JSON.stringify(dtype) : describeArgument(dtype);
  throw new RangeError(`${who}: expected ${name} to be ${DTYPES.join(" or ")}, got ${got}`);
}

function checkedCapacity(capacity: number | undefined): number | undefined {
  if (capacity === undefined || (Number.isSafeInteger(capacity) && capacity > 0)) return capacity;
  throw new RangeError(`createCache: expected capacity to be a whole number from 1, got ${capacity}`);
}
