import type { CharSet } from "./charSet.ts";
import type { Pieces } from "./pieces.ts";
import { spellBytes } from "./pieces.ts";

/** What becomes of the delimiters that a text is split at. */
export const SPLIT_BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"] as const;
/** One of {@link SPLIT_BEHAVIORS}. */
export type SplitBehavior = (typeof SPLIT_BEHAVIORS)[number];

/** Calls `found` with the bounds of each match in `text`, in order. */
export type Matcher = (text: string, found: (start: number, end: number) => void) => void;

/** Cuts every piece at the matches of `match`; with `invert`, at what lies between them. */
export function splitPieces(given: Pieces, match: Matcher, behavior: SplitBehavior, invert = false): Pieces {
  const pieces = spellBytes(given);
  const { source, bounds } = pieces;
  const next: number[] = [];
  for (let i = 0; i < bounds.length; i += 2) {
    const start = bounds[i] ?? 0;
    const piece = source.text.slice(start, bounds[i + 1]);
    const cutter = new Cutter(start, behavior, next);
    let last = 0;
    match(piece, (from, to) => {
      if (from > last) cutter.add(last, from, invert);
      cutter.add(from, to, !invert);
      last = to;
    });
    if (last < piece.length) cutter.add(last, piece.length, invert);
    cutter.finish();
  }
  return { ...pieces, bounds: next };
}

/** Joins the alternating stretches of one piece as a behavior asks, and writes down what is not empty. */
class Cutter {
  readonly #base: number;
  readonly #behavior: SplitBehavior;
  readonly #bounds: number[];
  #start = -1; // of the piece that may still grow; -1 while there is none
  #end = 0;
  #afterMatch = false;

  constructor(base: number, behavior: SplitBehavior, bounds: number[]) {
    this.#base = base;
    this.#behavior = behavior;
    this.#bounds = bounds;
  }

  add(start: number, end: number, isMatch: boolean): void {
    const joins = this.#start >= 0 && this.#joins(isMatch);
    this.#afterMatch = isMatch;
    if (joins) {
      this.#end = end;
      return;
    }
    this.finish();
    if (this.#behavior === "Removed" && isMatch) return;
    this.#start = start;
    this.#end = end;
  }

  finish(): void {
    if (this.#start >= 0 && this.#end > this.#start)
      this.#bounds.push(this.#base + this.#start, this.#base + this.#end);
    this.#start = -1;
  }

  #joins(isMatch: boolean): boolean {
    if (this.#behavior === "MergedWithPrevious") return isMatch && !this.#afterMatch;
    if (this.#behavior === "MergedWithNext") return !isMatch && this.#afterMatch;
    return this.#behavior === "Contiguous" && isMatch === this.#afterMatch;
  }
}

/** Matches of a regular expression, which has to be global. Empty matches right after a match do not count. */
export function regexMatcher(regex: RegExp): Matcher {
  return (text, found) => {
    let lastEnd = -1;
    for (const match of text.matchAll(regex)) {
      const end = match.index + match[0].length;
      if (end === match.index && end === lastEnd) continue;
      found(match.index, end);
      lastEnd = end;
    }
  };
}

/** Each character of a set as a match of its own. */
export function charMatcher(chars: CharSet): Matcher {
  return (text, found) => {
    for (let i = 0; i < text.length;) {
      const code = text.codePointAt(i) ?? 0;
      const end = i + (code > 0xffff ? 2 : 1);
      if (chars.has(code)) found(i, end);
      i = end;
    }
  };
}

/**
 * Cuts every piece into the matches of `regex` and what lies between them: {@link splitPieces} with
 * "Isolated", which most byte-level tokenizers use, at the speed of `String.match`.
 */
export function isolateMatches(given: Pieces, regex: RegExp): Pieces {
  const pieces = spellBytes(given);
  const { source, bounds } = pieces;
  const next: number[] = [];
  for (let i = 0; i < bounds.length; i += 2) {
    const start = bounds[i] ?? 0;
    const end = bounds[i + 1] ?? 0;
    const matches = source.text.slice(start, end).match(regex) ?? [];
    const mark = next.length;
    let at = start;
    for (const match of matches) {
      if (match.length > 0) next.push(at, (at += match.length));
    }
    if (at === end) continue;
    // Gaps between the matches: their places matter after all.
    next.length = mark;
    next.push(...splitPieces({ ...pieces, bounds: [start, end] }, regexMatcher(regex), "Isolated").bounds);
  }
  return { ...pieces, bounds: next };
}
