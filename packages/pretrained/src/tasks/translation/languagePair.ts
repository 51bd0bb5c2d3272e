import { checkRecord } from "@qkv/ops";
import type { Tokenizer } from "@qkv/tokenizers";
import type { GenerationOptions } from "@qkv/transformer";
import { type LanguageTokens, languageToken, languageTokensOf, listed, spelled } from "./languageTokens.ts";
import { MissingLanguageError } from "./missingLanguageError.ts";
import type { TokenSequence } from "./tokenSequence.ts";
import { type TranslationTokenizer, translationTokenizer } from "./translationTokenizer.ts";

/** Between which languages to translate. */
export interface LanguagePair {
  /** The source language: a tag such as `en`, or the model's own name for it, such as `eng_Latn`. */
  readonly from?: string | undefined;
  /** The target language, likewise. */
  readonly to?: string | undefined;
}

/** What a pair of languages makes of a model that translates between many. */
export interface PairedTokenizer {
  readonly tokenizer: TranslationTokenizer;
  /** Options of the search for the pair. */
  readonly generation: GenerationOptions;
  /** The tag of the source language, if it is known. */
  readonly locale?: string;
  /** The tag of the target language, likewise. */
  readonly targetLocale?: string;
}

/**
 * Makes the tokenizer of a model whose special tokens name languages: the source's token stands beside a text, and a translation
 * begins with the target's.
 *
 * @param starts ids that the model's files let a translation begin with
 * @returns undefined if no special token names a language
 * @throws RangeError naming the languages if one is unknown, or missing
 */
export function pairByTokens(
  tokenizer: Tokenizer,
  { from, to }: LanguagePair,
  starts: readonly unknown[],
): PairedTokenizer | undefined {
  const languages = languageTokensOf(tokenizer);
  if (languages.size === 0) return undefined;
  const source = from === undefined ? undefined : languageToken(from, languages, "translates from");
  const target = to === undefined ? undefined : languageToken(to, languages, "translates to");
  const isLanguage = (id: unknown) => [...languages.values()].includes(id as number);
  if (target === undefined && !starts.some(isLanguage)) {
    throw new MissingLanguageError(
      `expected to, a language that the model translates to (${listed([...languages.keys()].map(spelled))}), got nothing`,
    );
  }
  const plain = translationTokenizer(tokenizer);
  const place = placeOf(plain.encode("").ids, languages);
  if (place === undefined && source !== undefined) {
    throw new RangeError(
      "expected a tokenizer that sets the token of a language beside a text, got one that sets none",
    );
  }
  const id = source === undefined ? undefined : languages.get(source);
  return {
    tokenizer: withLanguage(
      plain,
      languages,
      place,
      source === undefined ? undefined : { ids: [id ?? 0], tokens: [source] },
    ),
    generation: target === undefined ? {} : { forcedBosTokenId: languages.get(target) as number },
    ...(from !== undefined && { locale: spelled(source ?? from).replace(/_XX$/, "") }),
    ...(to !== undefined && { targetLocale: spelled(target ?? to).replace(/_XX$/, "") }),
  };
}

/**
 * Makes what puts the token of a language where a model's tokenizer has one beside a text, as transformers' `src_lang` and
 * `tgt_lang` do: NLLB's before it, the first mBART's after it.
 *
 * @returns a function from a text's ids to those with the language's token
 * @throws RangeError naming the languages if it is unknown, or for a tokenizer that sets none
 */
export function languageMarker(tokenizer: Tokenizer, language: string): (ids: readonly number[]) => readonly number[] {
  checkRecord("languageMarker", "tokenizer", tokenizer);
  const languages = languageTokensOf(tokenizer);
  const id = languages.get(languageToken(language, languages, "knows")) as number;
  const place = placeOf(tokenizer.encode("", { truncation: false, padding: false }).ids, languages);
  if (place === undefined) {
    throw new RangeError(
      "languageMarker: expected a tokenizer that sets the token of a language beside a text, got one that sets none",
    );
  }
  return (ids) => replaced(ids, place, [id]);
}

/** Where a language stands beside a text. */
function placeOf(ids: readonly number[], languages: LanguageTokens): "first" | "last" | undefined {
  const known = new Set(languages.values());
  if (known.has(ids[0] ?? -1)) return "first";
  return known.has(ids.at(-1) ?? -1) ? "last" : undefined;
}

function withLanguage(
  tokenizer: TranslationTokenizer,
  languages: LanguageTokens,
  place: "first" | "last" | undefined,
  source: TokenSequence | undefined,
): TranslationTokenizer {
  const without = ({ ids, tokens }: TokenSequence): TokenSequence => {
    const isText = (_: unknown, i: number) => !languages.has(tokens[i] ?? "");
    return { ids: ids.filter(isText), tokens: tokens.filter(isText) };
  };
  return {
    encode: (text) => {
      const encoded = tokenizer.encode(text);
      if (source === undefined || place === undefined) return encoded;
      return { ids: replaced(encoded.ids, place, source.ids), tokens: replaced(encoded.tokens, place, source.tokens) };
    },
    decode: (ids) => tokenizer.decode(ids),
    knowsLetters: (text) => tokenizer.knowsLetters?.(without(text)) ?? true,
    ...(tokenizer.target !== undefined && { target: tokenizer.target }),
  };
}

function replaced<T>(list: readonly T[], place: "first" | "last", by: readonly T[]): readonly T[] {
  return place === "first" ? [...by, ...list.slice(1)] : [...list.slice(0, -1), ...by];
}

/** Makes the tokenizer of a model that is told the languages in words before a text. */
export function pairByPrompt(tokenizer: Tokenizer, prefix: string): TranslationTokenizer {
  const plain = translationTokenizer(tokenizer);
  return {
    encode: (text) => plain.encode(text === "" ? "" : prefix + text),
    decode: (ids) => plain.decode(ids),
    target: tokenizer,
  };
}
