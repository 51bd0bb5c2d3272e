import type { Translation } from "@qkv/pretrained";
import { TokenizerError } from "@qkv/tokenizers";
import { readAhead, type ReadAheadLimits } from "./readAhead.ts";

/** A line with its translation, or with the reason why it has none. */
export type TranslatedLine =
  | { readonly line: string; readonly translation: Translation; readonly error?: never }
  | { readonly line: string; readonly error: TokenizerError; readonly translation?: never };

type TranslateAll = (lines: readonly string[]) => Promise<readonly Translation[]>;

// Enough for batches of sentences of about the same length, few enough to be done in a second or two.
const TOGETHER: ReadAheadLimits = { lines: 128, characters: 16_384 };

/**
 * Translates lines together with those that have arrived meanwhile, which is faster than one by one, and gives each in its
 * turn. A line that the tokenizer gives up on stops no other.
 */
export async function* translateLines(
  lines: AsyncIterable<string> | Iterable<string>,
  translateBatch: TranslateAll,
  signal: AbortSignal,
): AsyncGenerator<TranslatedLine, void, undefined> {
  for await (const group of readAhead(lines, TOGETHER)) yield* translateGroup(group, translateBatch, signal);
}

async function* translateGroup(
  group: readonly string[],
  translateBatch: TranslateAll,
  signal: AbortSignal,
): AsyncGenerator<TranslatedLine, void, undefined> {
  let translations: readonly Translation[];
  try {
    translations = await translateBatch(group);
  } catch (error) {
    signal.throwIfAborted();
    const [line = ""] = group;
    if (group.length > 1) for (const alone of group) yield* translateGroup([alone], translateBatch, signal);
    else if (error instanceof TokenizerError) yield { line, error };
    else throw error;
    return;
  }
  yield* translations.map((translation, i) => ({ line: group[i] ?? "", translation }));
}
