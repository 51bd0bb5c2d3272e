import type { Tokenizer } from "@qkv/tokenizers";
import { languageTag } from "../../loading/languageTag.ts";

/** Special tokens that name languages, as mBART (`en_XX`), NLLB (`eng_Latn`) and M2M100 (`__en__`) have them, and their ids. */
export type LanguageTokens = ReadonlyMap<string, number>;

const FORM = /^(?:[a-z]{2,3}_[A-Z]{2}|[a-z]{3}_[A-Z][a-z]{3}|__[a-z]{2,3}__)$/;

/** Finds the special tokens of a vocabulary that name languages. */
export function languageTokensOf(tokenizer: Tokenizer): LanguageTokens {
  const found = new Map<string, number>();
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    const token = tokenizer.idToToken(id);
    if (token === undefined || !FORM.test(token)) continue;
    if (tokenizer.decode([id], { skipSpecialTokens: true }) === "") found.set(token, id);
  }
  return found;
}

/**
 * Finds the token of a language: `fr_XX` or `fra_Latn` of itself, of `fr`, `fra` and `fr-FR`, `zho_Hant` of `zh-TW`.
 *
 * @param does verb for the error message: `translates to`
 * @throws RangeError naming the languages if it is none of them
 */
export function languageToken(language: string, tokens: LanguageTokens, does: string): string {
  const known = [...tokens.keys()];
  const found = known.find((token) => token === language || spelled(token) === language) ?? closest(language, known);
  if (found !== undefined) return found;
  throw new RangeError(`expected a language that the model ${does} (${listed(known.map(spelled))}), got ${language}`);
}

/** The first forty of a list, in words. */
export function listed(languages: readonly string[]): string {
  return languages.slice(0, 40).join(", ") + (languages.length > 40 ? " ..." : "");
}

/** A token without what is no part of the language's name. */
export function spelled(token: string): string {
  return token.replace(/^__|__$/g, "");
}

/** The token of the same language in the same script, of the same region if there are several. */
function closest(language: string, known: readonly string[]): string | undefined {
  const wanted = localeOf(language);
  if (wanted === undefined) return undefined;
  const same = known.filter((token) => {
    const locale = localeOf(spelled(token));
    return locale?.language === wanted.language && locale.script === wanted.script;
  });
  return same.find((token) => localeOf(spelled(token))?.region === wanted.region) ?? same[0];
}

/** A language with its likeliest script and region; undefined if it is no tag. */
function localeOf(name: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(languageTag(name.replace(/[_-]XX$/, ""))).maximize(); // XX: any region
  } catch {
    return undefined;
  }
}
