import { effect } from "@preact/signals";
import { persisted } from "./persisted.ts";

/** The languages that the pages speak, and what each calls itself. */
export const LANGUAGES = { en: "English", ko: "한국어" } as const;

/** One of them. */
export type Language = keyof typeof LANGUAGES;

const isLanguage = (value: string): value is Language => Object.hasOwn(LANGUAGES, value);

const spoken = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? "en";

/** The language of the page: the person's choice, else the first one of the browser's that it speaks. */
export const language = persisted<Language>("language", spoken, isLanguage);

effect(() => {
  document.documentElement.lang = language.value;
});

/** The same sentences in every language: what one says, the others say too, or it does not compile. */
export type Messages<T> = { readonly [L in Language]: L extends "en" ? T : NoInfer<T> };

/** The sentences in the page's language; who reads them in a component is drawn again when it changes. */
export function useMessages<T>(messages: Messages<T>): T {
  return messages[language.value] as T;
}
