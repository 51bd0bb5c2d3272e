import { checkRecord } from "@qkv/ops";
import type { TokenSequence } from "./tokenSequence.ts";

/** The methods of a tokenizer for {@link readableTokens}. */
export interface TokenReader {
  /** The token of an id; undefined beyond the vocabulary. */
  idToToken(id: number): string | undefined;
  /** The text of ids. */
  decode(ids: readonly number[], options: { readonly skipSpecialTokens: boolean }): string;
}

/**
 * Converts tokens to readable text: the tokenizer's marks for spaces and bytes undone. A part of a character and a special
 * token stay as they are; from an unknown token only SentencePiece's mark for a space is removed.
 *
 * @param tokenizer the one of the tokens' language: `sides.source` or `sides.target` of a translation model's
 */
export function readableTokens(tokenizer: TokenReader, options: TokenSequence): string[] {
  checkRecord("readableTokens", "options", options);
  const { ids, tokens } = options;
  return tokens.map((token, i) => {
    const id = ids[i];
    if (id === undefined || tokenizer.idToToken(id) !== token) return token.replace(/^▁(?=.)/u, "");
    const text = tokenizer.decode([id], { skipSpecialTokens: false }).trim();
    return text === "" || text.includes("\ufffd") ? token : text;
  });
}
