import type { Matcher } from "../components/matcher.ts";
import type { Budget } from "../checks/budget.ts";
import type { CharSet } from "../text/charSet.ts";
import type { Pieces } from "../text/pieces.ts";
import { spellBytes } from "../text/pieces.ts";

/** The treatment of the delimiters of a split. */
export type SplitBehavior = "Removed" | "Isolated" | "MergedWithPrevious" | "MergedWithNext" | "Contiguous";
/** Every {@link SplitBehavior}. */
export const SPLIT_BEHAVIORS: readonly SplitBehavior[] = [
  "Removed",
  "Isolated",
  "MergedWithPrevious",
  "MergedWithNext",
  "Contiguous",
];

/** Splits every piece at the matches of `match`; with `invert`, at the text between them. */
export function splitPieces(
  given: Pieces,
  budget: Budget,
  match: Matcher,
  behavior: SplitBehavior,
  invert = false,
): Pieces {
  const pieces = spellBytes(given);
  const { source, bounds } = pieces;
  const next: number[] = [];
  for (let i = 0; i < bounds.length; i += 2) {
    const start = bounds[i] ?? 0;
    const piece = source.text.slice(start, bounds[i + 1]);
    const cutter = new Cutter(start, behavior, next);
    let last = 0;
    const found = (from: number, to: number): void => {
      if (from > last) cutter.add(last, from, invert);
      cutter.add(from, to, !invert);
      last = to;
    };
    match(piece, found, budget);
    if (last < piece.length) cutter.add(last, piece.length, invert);
    cutter.finish();
  }
  return { ...pieces, bounds: next };
}

/** Joins the alternating stretches of one piece by a behavior, and stores those that are not empty. */
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

/** Matches each character of a set by itself. */
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

/** Splits every piece into the matches of `match` and the text between them: {@link splitPieces} with "Isolated", faster. */
export function isolate(given: Pieces, budget: Budget, match: Matcher): Pieces {
  const pieces = spellBytes(given);
  const { source, bounds } = pieces;
  const next: number[] = [];
  for (let i = 0; i < bounds.length; i += 2) {
    const start = bounds[i] ?? 0;
    const end = bounds[i + 1] ?? 0;
    let at = start;
    const found = (from: number, to: number): void => {
      if (start + from > at) next.push(at, start + from);
      if (to > from) next.push(start + from, start + to);
      at = start + to;
    };
    match(source.text.slice(start, end), found, budget);
    if (at < end) next.push(at, end);
  }
  return { ...pieces, bounds: next };
}

/** Does the same for a global expression whose matches cover the text, at the speed of `String.match`. */
export function isolateGlobal(given: Pieces, regex: RegExp): Pieces {
  const pieces = spellBytes(given);
  const { source, bounds } = pieces;
  const next: number[] = [];
  for (let i = 0; i < bounds.length; i += 2) {
    let at = bounds[i] ?? 0;
    for (const match of source.text.slice(at, bounds[i + 1]).match(regex) ?? []) next.push(at, (at += match.length));
  }
  return { ...pieces, bounds: next };
}
