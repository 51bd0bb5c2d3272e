/** The languages whose numbers, dates and prices can be written. */
export type Language = "en" | "fr";

/** An amount of money. */
export interface Price {
  readonly amount: number;
  readonly currency: "dollar" | "euro" | "pound";
  /** Whether the currency is a sign or a word. */
  readonly sign: boolean;
}

/** A time of day, by 24 hours. */
export interface ClockTime {
  readonly hour: number;
  readonly minute: number;
  /** Whether English says a.m. or p.m., so that French counts by 24 hours. */
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

/**
 * How a language writes what is not a word. Each gives the ways people write it, the one to translate to first.
 */
export interface LanguageForms {
  /** A whole number, with its thousands apart. */
  readonly whole: (n: number) => readonly string[];
  readonly decimal: (x: number) => readonly string[];
  /** A number from 0 to 99 in words. */
  readonly words: (n: number) => string;
  readonly percent: (n: number) => readonly string[];
  readonly price: (price: Price) => readonly string[];
  readonly time: (time: ClockTime) => readonly string[];
  readonly date: (date: CalendarDate) => readonly string[];
  readonly weekdays: readonly string[];
  readonly months: readonly string[];
  /** What stands before a value, as the value's first sound wants it: `de ` before Anna is `d'`. */
  readonly before: (text: string, value: string) => string;
}
