/** The languages whose numbers, dates and prices can be written. */
export type Language = "en" | "fr" | "ko";

/** The currencies that prices are drawn in. */
export type Currency = "dollar" | "euro" | "pound" | "won";

/** An amount of money. */
export interface Price {
  readonly amount: number;
  readonly currency: Currency;
  /** Whether the currency is a sign or a word; undefined where the other language writes both alike. */
  readonly sign: boolean | undefined;
}

/** A time of day, by 24 hours. */
export interface ClockTime {
  readonly hour: number;
  readonly minute: number;
  /** Whether English says a.m. or p.m., so that the other language says which half too. */
  readonly half: boolean;
}

export interface CalendarDate {
  readonly day: number;
  /** Counted from 1. */
  readonly month: number;
  readonly year?: number;
  /** Counted from Monday, 0. */
  readonly weekday?: number;
}

/** The end of a word of letters. */
export const END_OF_WORD = "(?![\\p{L}\\p{N}-])";

/**
 * How a language writes what is not a word. Each gives the ways people write it, the one to translate to first.
 */
export interface LanguageForms {
  /** A whole number, with its thousands apart. */
  readonly whole: (n: number) => readonly string[];
  readonly decimal: (x: number) => readonly string[];
  /** A number from 0 to 99 in words, as it stands before what is counted. */
  readonly words: (n: number) => string;
  readonly percent: (n: number) => readonly string[];
  /** What prices are drawn in where English is the other language. */
  readonly currencies: readonly Currency[];
  /** Whether a currency is written as a sign or as a word, as it is in English. */
  readonly hasSigns: boolean;
  readonly price: (price: Price) => readonly string[];
  readonly time: (time: ClockTime) => readonly string[];
  readonly date: (date: CalendarDate) => readonly string[];
  readonly weekdays: readonly string[];
  readonly months: readonly string[];
  /** What stands before a value, as the value's first sound wants it: `de ` before Anna is `d'`. */
  readonly before: (text: string, value: string) => string;
  /** What stands behind a value, as the value's last sound wants it: `은(는)` behind Tom is `은`. */
  readonly after: (value: string, text: string) => string;
  /** A pattern of what may follow a value that is a word by itself, written for `RegExp`. */
  readonly end: (value: string) => string;
}
