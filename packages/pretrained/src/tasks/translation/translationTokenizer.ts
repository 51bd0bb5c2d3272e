import { checkRecord } from "@qkv/ops";
import type { Tokenizer } from "@qkv/tokenizers";
import type { TokenSequence } from "./tokenSequence.ts";

/** The tokenizer of a target language, as far as copying into translations asks for it. */
export type TargetTokenizer = Pick<Tokenizer, "vocabSize" | "idToToken" | "decode">;

/** Encoder of the source and decoder of the target, for a {@link Translator}. */
export interface TranslationTokenizer {
  /** Encodes a source text, with the special tokens that the model was trained with. */
  encode(text: string): TokenSequence;
  /** Decodes ids to the target's text without special tokens, and its tokens with them. */
  decode(ids: readonly number[]): { readonly text: string; readonly tokens: readonly string[] };
  /** Whether the tokens of a text have a letter, so that the vocabulary covers its script. Left out: always. */
  knowsLetters?(text: TokenSequence): boolean;
  /** The target languages of a multilingual model, as codes of the source vocabulary: `>>fra<<`. Left out: none. */
  readonly languageCodes?: readonly string[];
  /** The tokenizer of translations, for what is copied into them. Left out: nothing is. */
  readonly target?: TargetTokenizer;
}

/** Adapts a model's tokenizer to a {@link Translator}: each language's tokens are of its own vocabulary. */
export function translationTokenizer(tokenizer: Tokenizer): TranslationTokenizer {
  checkRecord("translationTokenizer", "tokenizer", tokenizer);
  const {
    sides: { source, target },
  } = tokenizer;
  let codes: readonly string[] | undefined;
  return {
    // The translator splits long texts: nothing is truncated here.
    encode: (text) => source.encode(text, { truncation: false, padding: false }),
    decode: (ids) => ({
      text: target.decode(ids, { skipSpecialTokens: true }),
      tokens: ids.map((id) => target.idToToken(id) ?? ""),
    }),
    knowsLetters: (text) => knowsLetters(source, text),
    target,
    get languageCodes() {
      return (codes ??= languageCodesOf(source));
    },
  };
}

// A vocabulary of little more than bytes is not checked: it spells every script alike.
const BYTES = 300;

/** Whether a token has a letter. Characters that the vocabulary lacks are split into bytes, or unknown. */
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
