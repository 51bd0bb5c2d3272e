import type { TargetTokenizer } from "../src/tasks/translation/translationTokenizer.ts";

/** The tokenizer of translations that has these tokens, with ▁ for a space. */
export function targetOfTokens(tokens: readonly string[]): TargetTokenizer {
  return {
    vocabSize: tokens.length,
    idToToken: (id) => tokens[id],
    decode: (ids) => Array.from(ids, (id) => (tokens[id] ?? "").replaceAll("▁", " ")).join(""),
  };
}
