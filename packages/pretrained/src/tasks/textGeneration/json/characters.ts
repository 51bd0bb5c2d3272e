import type { Grammar, Rule } from "./grammar.ts";

/** A range of code points. */
export type CodeRange = readonly [low: number, high: number];

const LAST = 0x10ffff;

/** All characters but halves of surrogate pairs. */
export const ANY_CHARACTER: readonly CodeRange[] = [
  [0, 0xd7ff],
  [0xe000, LAST],
];

/** The characters that are in none of some ranges. */
export function complementOf(ranges: readonly CodeRange[]): CodeRange[] {
  const cuts = [...ranges, [0xd800, 0xdfff] as const].sort(([a], [b]) => a - b);
  const found: CodeRange[] = [];
  let from = 0;
  for (const [low, high] of cuts) {
    if (low > from) found.push([from, low - 1]);
    from = Math.max(from, high + 1);
  }
  if (from <= LAST) found.push([from, LAST]);
  return found;
}

const ESCAPED: Readonly<Record<number, string>> = {
  0x08: "\\b",
  0x09: "\\t",
  0x0a: "\\n",
  0x0c: "\\f",
  0x0d: "\\r",
  0x22: '\\"',
  0x5c: "\\\\",
};

/** Makes the rule of one character of a JSON string that is in one of the ranges, in UTF-8, escaped where it must be. */
export function characterRule(grammar: Grammar, ranges: readonly CodeRange[]): Rule {
  const rule = grammar.rule();
  for (const [low, high] of ranges) {
    for (const [escaped, text] of Object.entries(ESCAPED)) {
      if (Number(escaped) >= low && Number(escaped) <= high) grammar.text(rule.start, text, rule.final);
    }
    for (const [from, to] of BARE) utf8(grammar, rule, Math.max(low, from), Math.min(high, to));
  }
  return rule;
}

/** The rule of any one character of a JSON string, with every escape that JSON has. */
export function anyCharacterRule(grammar: Grammar): Rule {
  const rule = characterRule(grammar, ANY_CHARACTER);
  grammar.text(rule.start, "\\/", rule.final);
  const [backslash, u, surrogate] = [grammar.state(), grammar.state(), grammar.state()];
  grammar.byte(rule.start, 0x5c, 0x5c, backslash);
  grammar.byte(backslash, 0x75, 0x75, u);
  const [third, fourth, last] = [grammar.state(), grammar.state(), grammar.state()];
  hex(grammar, u, third, "0-9a-ce-fA-CE-F");
  hex(grammar, u, surrogate, "dD");
  hex(grammar, surrogate, fourth, "0-7"); // no half of a pair
  for (const [from, to] of [
    [third, fourth],
    [fourth, last],
    [last, rule.final],
  ] as const) {
    hex(grammar, from, to, "0-9a-fA-F");
  }
  return rule;
}

function hex(grammar: Grammar, from: number, to: number, digits: string): void {
  for (const [, low = "", high = low] of digits.matchAll(/(.)(?:-(.))?/g)) {
    grammar.byte(from, low.charCodeAt(0), high.charCodeAt(0), to);
  }
}

/** What stands in a JSON string as it is, by the number of its bytes. */
const BARE: readonly CodeRange[] = [
  [0x20, 0x21],
  [0x23, 0x5b],
  [0x5d, 0x7f],
  [0x80, 0x7ff],
  [0x800, 0xd7ff],
  [0xe000, 0xffff],
  [0x10000, LAST],
];

/** Leads through a rule by the bytes of a range of characters, all of which have as many bytes. */
function utf8(grammar: Grammar, { start, final }: Rule, low: number, high: number): void {
  if (low > high) return;
  const encode = (code: number) => [...new TextEncoder().encode(String.fromCodePoint(code))];
  bytesBetween(grammar, start, final, encode(low), encode(high));
}

function bytesBetween(
  grammar: Grammar,
  from: number,
  to: number,
  low: readonly number[],
  high: readonly number[],
): void {
  const [[first = 0, ...lows], [last = 0, ...highs]] = [low, high];
  if (lows.length === 0) return grammar.byte(from, first, last, to);
  const least = lows.map(() => 0x80);
  const most = lows.map(() => 0xbf);
  const lead = (a: number, b: number, after: readonly number[], until: readonly number[]) => {
    const next = grammar.state();
    grammar.byte(from, a, b, next);
    bytesBetween(grammar, next, to, after, until);
  };
  if (first === last) return lead(first, last, lows, highs);
  const isWhole = (bytes: readonly number[], all: readonly number[]) => bytes.every((byte, i) => byte === all[i]);
  const [begins, ends] = [isWhole(lows, least) ? first : first + 1, isWhole(highs, most) ? last : last - 1];
  if (begins > first) lead(first, first, lows, most);
  if (begins <= ends) lead(begins, ends, least, most);
  if (ends < last) lead(last, last, least, highs);
}
