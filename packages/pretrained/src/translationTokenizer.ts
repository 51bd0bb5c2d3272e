import type { Tokenizer } from "@qkv/tokenizers";
import type { TokenSequence } from "./tokenSequence.ts";

/** Text to source ids, target ids to text: all that a {@link Translator} needs of tokenizers. */
export interface TranslationTokenizer {
  /** The source's tokens with the special ones that the model was trained with. */
  encode(text: string): TokenSequence;
  /** The target's text without special tokens, and its tokens with them. */
  decode(ids: readonly number[]): { readonly text: string; readonly tokens: readonly string[] };
  /** The languages that a multilingual model translates to, as its vocabulary has them: `>>fra<<`. Left out: none. */
  readonly languageCodes?: readonly string[];
}

/** One tokenizer for both languages, as models with one `tokenizer.json` have. */
export function translationTokenizer(tokenizer: Tokenizer): TranslationTokenizer {
  let codes: readonly string[] | undefined;
  return {
    // The translator splits what is too long: nothing is to be cut off here.
    encode: (text) => tokenizer.encode(text, { truncation: false, padding: false }),
    decode: (ids) => ({
      text: tokenizer.decode(ids, { skipSpecialTokens: true }),
      tokens: ids.map((id) => tokenizer.idToToken(id) ?? ""),
    }),
    get languageCodes() {
      return (codes ??= languageCodesOf(tokenizer));
    },
  };
}

/** The tokens of a vocabulary that are language codes. */
function languageCodesOf(tokenizer: Tokenizer): string[] {
  const tokens = Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.idToToken(id) ?? "");
  return tokens.filter((token) => /^>>[^\s<>]+<<$/.test(token));
}
