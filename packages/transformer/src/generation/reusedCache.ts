import { type CacheDtype, checkCacheDtype, type KeyValueCache } from "@qkv/attention";
import { describeArgument } from "@qkv/ops";
import type { GenerativeModel } from "./options.ts";

/** The model that filled each cache, and whether a generation uses it now. */
const users = new WeakMap<KeyValueCache, { readonly model: GenerativeModel; readonly isBusy: boolean }>();

/**
 * Prepares a cache of the caller for a generation: its rows become the prompts, as far as they begin with what the
 * cache has read, and the rest is forgotten. The last token of a prompt is left to be read, for the logits after it.
 *
 * Keys and values of another model, or of an encoder-decoder, whose depend on the source, are all forgotten.
 *
 * @throws Error if another generation uses the cache, until {@link releaseCache}
 */
export function claimCache(
  cache: KeyValueCache,
  model: GenerativeModel,
  prompts: readonly (readonly number[])[],
): KeyValueCache {
  const user = users.get(cache);
  if (user?.isBusy) throw new Error("generate: expected a cache that no other generation uses, got one in use");
  users.set(cache, { model, isBusy: true });
  if ("encode" in model || user?.model !== model) cache.truncate(0);
  else keepPrefixes(cache, prompts);
  return cache;
}

/** Gives a cache back to the caller. */
export function releaseCache(cache: KeyValueCache): void {
  const user = users.get(cache);
  if (user !== undefined) users.set(cache, { ...user, isBusy: false });
}

/** Refuses a value that is no cache, and prompts that cannot share one. @throws RangeError */
export function checkCache(
  who: string,
  cache: KeyValueCache | undefined,
  prompts: readonly (readonly number[])[],
  dtype?: CacheDtype,
): void {
  if (dtype !== undefined) checkCacheDtype(who, dtype, "cacheDtype");
  if (cache === undefined) return;
  if (typeof cache?.step !== "function") {
    throw new RangeError(`${who}: expected cache to be a KeyValueCache, got ${describeArgument(cache)}`);
  }
  if (dtype !== undefined && dtype !== cache.dtype) {
    throw new RangeError(`${who}: expected cacheDtype to be that of the cache, ${cache.dtype}, got ${dtype}`);
  }
  const lengths = prompts.map(({ length }) => length);
  if (new Set(lengths).size > 1) {
    throw new RangeError(`${who}: expected prompts of one length with a cache, got [${lengths.join(", ")}]`);
  }
}

function keepPrefixes(cache: KeyValueCache, prompts: readonly (readonly number[])[]): void {
  const found = prompts.map((prompt) => longestPrefix(cache.ids, prompt));
  const kept = Math.min(...found.map(({ length }) => length), (prompts[0]?.length ?? 1) - 1);
  if (cache.truncate(kept) > 0) cache.reorder(found.map(({ row }) => row));
}

/** The row that begins as `ids` do for longest. */
function longestPrefix(rows: readonly (readonly number[])[], ids: readonly number[]): { row: number; length: number } {
  let best = { row: 0, length: 0 };
  for (const [row, read] of rows.entries()) {
    const differs = ids.findIndex((id, i) => id !== read[i]);
    const length = differs === -1 ? ids.length : differs;
    if (length > best.length) best = { row, length };
  }
  return best;
}
