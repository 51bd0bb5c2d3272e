import type { Tokenizer } from "@qkv/tokenizers";

/** Text to source ids, target ids to text: all that a {@link Translator} needs of tokenizers. */
export interface TranslationTokenizer {
  /** The source's tokens with the special ones that the model was trained with. */
  encode(text: string): { readonly ids: readonly number[]; readonly tokens: readonly string[] };
  /** The target's text without special tokens, and its tokens with them. */
  decode(ids: readonly number[]): { readonly text: string; readonly tokens: readonly string[] };
}

/** One tokenizer for both languages, as models with one `tokenizer.json` have. */
export function translationTokenizer(tokenizer: Tokenizer): TranslationTokenizer {
  return {
    // The translator splits what is too long: nothing is to be cut off here.
    encode: (text) => tokenizer.encode(text, { truncation: false, padding: false }),
    decode: (ids) => ({
      text: tokenizer.decode(ids, { skipSpecialTokens: true }),
      tokens: ids.map((id) => tokenizer.idToToken(id) ?? ""),
    }),
  };
}
