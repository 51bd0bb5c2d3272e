import { tidy } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import type { KeyValueCache } from "./keyValueCache.ts";

/** Runs `run` as a step of the cache, or in a tidy if there is none. */
export function stepOf<T>(cache: KeyValueCache | undefined, run: () => T): T {
  if (cache !== undefined) checkRecord("stepOf", "cache", cache);
  return cache === undefined ? tidy(run) : cache.step(run);
}
