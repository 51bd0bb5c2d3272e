import type { TokenSequence } from "./tokenSequence.ts";

/** What {@link readableTokens} needs of a tokenizer. */
export interface TokenReader {
  /** The token of an id; undefined beyond the vocabulary. */
  idToToken(id: number): string | undefined;
  /** The text of ids. */
  decode(ids: readonly number[], options: { readonly skipSpecialTokens: boolean }): string;
}

/**
 * Tokens as a person reads them: the tokenizer's own marks for spaces and bytes undone. A part of a character, a special
 * token and one that the vocabulary does not know stay as they are.
 */
export function readableTokens(tokenizer: TokenReader, { ids, tokens }: TokenSequence): string[] {
  return tokens.map((token, i) => {
    const id = ids[i];
    if (id === undefined || tokenizer.idToToken(id) !== token) return token;
    const text = tokenizer.decode([id], { skipSpecialTokens: false }).trim();
    return text === "" || text.includes("\ufffd") ? token : text;
  });
}
