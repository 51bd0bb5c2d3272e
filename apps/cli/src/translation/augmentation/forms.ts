import { ENGLISH } from "./english.ts";
import { FRENCH } from "./french.ts";
import { KOREAN } from "./korean.ts";
import type { Language, LanguageForms } from "./languageForms.ts";

export const FORMS: Readonly<Record<Language, LanguageForms>> = { en: ENGLISH, fr: FRENCH, ko: KOREAN };

/** A language code, checked. @throws RangeError naming the languages there are */
export function languageOf(code: string): Language {
  if (code in FORMS) return code as Language;
  throw new RangeError(`augmentation: expected a language of ${Object.keys(FORMS).join(", ")}, got ${code}`);
}
