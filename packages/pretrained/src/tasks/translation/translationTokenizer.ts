import { checkRecord } from "@qkv/ops";
import type { Tokenizer } from "@qkv/tokenizers";
import type { TokenSequence } from "./tokenSequence.ts";

/** Text to source ids, target ids to text: all that a {@link Translator} needs of tokenizers. */
export interface TranslationTokenizer {
  /** The source's tokens with the special ones that the model was trained with. */
  encode(text: string): TokenSequence;
  /** The target's text without special tokens, and its tokens with them. */
  decode(ids: readonly number[]): { readonly text: string; readonly tokens: readonly string[] };
  /** Whether there is a letter among the tokens of a text: not of a script that the vocabulary lacks. Left out: always. */
  knowsLetters?(text: TokenSequence): boolean;
  /** The languages that a multilingual model translates to, as the vocabulary of the source has them: `>>fra<<`. Left out: none. */
  readonly languageCodes?: readonly string[];
}

/** What a {@link Translator} needs of a model's tokenizer: each language's tokens are read in its own vocabulary. */
export function translationTokenizer(tokenizer: Tokenizer): TranslationTokenizer {
  checkRecord("translationTokenizer", "tokenizer", tokenizer);
  const {
    sides: { source, target },
  } = tokenizer;
  let codes: readonly string[] | undefined;
  return {
    // The translator splits what is too long: nothing is to be cut off here.
    encode: (text) => source.encode(text, { truncation: false, padding: false }),
    decode: (ids) => ({
      text: target.decode(ids, { skipSpecialTokens: true }),
      tokens: ids.map((id) => target.idToToken(id) ?? ""),
    }),
    knowsLetters: (text) => knowsLetters(source, text),
    get languageCodes() {
      return (codes ??= languageCodesOf(source));
    },
  };
}

// Of a vocabulary that is not much more than bytes nothing can be told: it spells every script alike.
const BYTES = 300;

/** Whether a token has a letter. What the vocabulary lacks is in parts of characters there, or unknown. */
function knowsLetters(tokenizer: Tokenizer, { ids, tokens }: TokenSequence): boolean {
  if (tokenizer.vocabSize <= BYTES) return true;
  return ids.some((id, i) => {
    const token = tokenizer.idToToken(id);
    if (token === undefined || token !== tokens[i] || SPECIAL.test(token)) return false;
    return /\p{L}/u.test(tokenizer.decode([id], { skipSpecialTokens: false }));
  });
}

/** `<unk>`, `[UNK]`, `<0xE5>`, `>>fra<<` */
const SPECIAL = /^(?:<.+>|\[.+\]|>>.+<<)$/;

/** The tokens of a vocabulary that are language codes. */
function languageCodesOf(tokenizer: Tokenizer): string[] {
  const tokens = Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.idToToken(id) ?? "");
  return tokens.filter((token) => /^>>[^\s<>]+<<$/.test(token));
}
