import { generate } from "@qkv/transformer";
import type { Generator } from "./generator.ts";

/** Tokens that are read at once: after each part a person can stop it. */
const PART = 32;

/** How many of a text's tokens need not be read again. The last one is, for what comes after it. */
export function reusedLength({ cache }: Pick<Generator, "cache">, ids: readonly number[]): number {
  const read = cache.ids[0] ?? [];
  const differs = ids.findIndex((id, i) => id !== read[i]);
  return Math.min(differs === -1 ? ids.length : differs, ids.length - 1);
}

/** Reads a text part by part, all but the last part. @param onRead is told how many tokens are read */
export async function readAhead(
  { pretrained, cache }: Pick<Generator, "pretrained" | "cache">,
  ids: readonly number[],
  { signal, onRead }: { readonly signal: AbortSignal; readonly onRead?: (tokens: number) => void },
): Promise<void> {
  for (let end = reusedLength({ cache }, ids) + PART; end < ids.length; end += PART) {
    await generate(pretrained.model, [ids.slice(0, end)], { cache, signal, maxNewTokens: 1 });
    onRead?.(end);
  }
}
