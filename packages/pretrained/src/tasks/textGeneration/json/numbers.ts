import type { Grammar } from "./grammar.ts";

/** The most digits of a whole number, and of a fraction: as many as a double keeps. */
const MOST_DIGITS = 15;

/** Digits of which the first is no zero, or a zero alone. */
function wholeDigits(grammar: Grammar, from: number, to: number): void {
  grammar.byte(from, 0x30, 0x30, to);
  let at = grammar.state();
  grammar.byte(from, 0x31, 0x39, at);
  for (let i = 1; i < MOST_DIGITS; i++) {
    const next = grammar.state();
    grammar.byte(at, 0x30, 0x39, next);
    grammar.empty(at, to);
    at = next;
  }
  grammar.empty(at, to);
}

function digits(grammar: Grammar, from: number, to: number, most: number): void {
  let at = from;
  for (let i = 0; i < most; i++) {
    const next = grammar.state();
    grammar.byte(at, 0x30, 0x39, next);
    grammar.empty(next, to);
    at = next;
  }
}

function minus(grammar: Grammar, from: number): number {
  const next = grammar.state();
  grammar.byte(from, 0x2d, 0x2d, next);
  grammar.empty(from, next);
  return next;
}

/** Leads on by any whole number. */
export function integer(grammar: Grammar, from: number, to: number): void {
  wholeDigits(grammar, minus(grammar, from), to);
}

/** Leads on by any number that a double holds. */
export function number(grammar: Grammar, from: number, to: number, isSigned = true): void {
  const [whole, point, fraction] = [grammar.state(), grammar.state(), grammar.state()];
  const [e, exponent] = [grammar.state(), grammar.state()];
  wholeDigits(grammar, isSigned ? minus(grammar, from) : from, whole);
  grammar.empty(whole, to);
  grammar.byte(whole, 0x2e, 0x2e, point);
  digits(grammar, point, fraction, MOST_DIGITS);
  grammar.empty(fraction, to);
  for (const at of [whole, fraction]) for (const letter of [0x45, 0x65]) grammar.byte(at, letter, letter, e);
  for (const sign of [0x2b, 0x2d]) grammar.byte(e, sign, sign, exponent);
  grammar.empty(e, exponent);
  digits(grammar, exponent, to, 2);
}

/** Leads on by a whole number from `least` to `most`. */
export function integerBetween(grammar: Grammar, from: number, to: number, least: number, most: number): void {
  const largest = 10 ** MOST_DIGITS - 1;
  const [low, high] = [Math.max(Math.ceil(least), -largest), Math.min(Math.floor(most), largest)];
  if (low < 0) {
    const next = grammar.state();
    grammar.byte(from, 0x2d, 0x2d, next);
    naturalBetween(grammar, next, to, Math.max(1, -high), -low);
  }
  if (high >= 0) naturalBetween(grammar, from, to, Math.max(0, low), high);
}

function naturalBetween(grammar: Grammar, from: number, to: number, low: number, high: number): void {
  for (let length = `${low}`.length; length <= `${high}`.length; length++) {
    const least = Math.max(low, length === 1 ? 0 : 10 ** (length - 1));
    const most = Math.min(high, 10 ** length - 1);
    if (least <= most) digitsBetween(grammar, from, to, `${least}`, `${most}`);
  }
}

/** Leads on by numbers of one length, from one to the other. */
function digitsBetween(grammar: Grammar, from: number, to: number, low: string, high: string): void {
  const [first, last] = [low.charCodeAt(0), high.charCodeAt(0)];
  if (low.length === 1) return grammar.byte(from, first, last, to);
  const zeros = "0".repeat(low.length - 1);
  const nines = "9".repeat(low.length - 1);
  const lead = (a: number, b: number, after: string, until: string) => {
    const next = grammar.state();
    grammar.byte(from, a, b, next);
    digitsBetween(grammar, next, to, after, until);
  };
  if (first === last) return lead(first, last, low.slice(1), high.slice(1));
  lead(first, first, low.slice(1), nines);
  if (first + 1 <= last - 1) lead(first + 1, last - 1, zeros, nines);
  lead(last, last, zeros, high.slice(1));
}
