import { ANY_CHARACTER, characterRule, type CodeRange, complementOf } from "./characters.ts";
import type { Grammar } from "./grammar.ts";

const DIGIT: readonly CodeRange[] = [[0x30, 0x39]];
const WORD: readonly CodeRange[] = [...DIGIT, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const SPACE: readonly CodeRange[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const LINE_ENDS: readonly CodeRange[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
const CLASSES: Readonly<Record<string, readonly CodeRange[]>> = {
  d: DIGIT,
  D: complementOf(DIGIT),
  w: WORD,
  W: complementOf(WORD),
  s: SPACE,
  S: complementOf(SPACE),
};
const CONTROLS: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f", v: "\v" };
const PUNCTUATION = /[\^$\\.*+?()[\]{}|/-]/;

/** The most often that a part of a pattern may be repeated. */
const MOST_REPEATS = 1000;

type Build = (from: number, to: number) => void;

/**
 * Leads from one state to another by the characters that a regular expression of JSON Schema matches: characters, classes,
 * groups, alternatives and quantifiers. Where no `^` begins it, anything may stand before.
 *
 * @throws RangeError naming what is not known: look-around, references, `\b`, `\p`
 */
export function patternRule(grammar: Grammar, source: string, from: number, to: number): void {
  new PatternParser(grammar, source).build(from, to);
}

class PatternParser {
  readonly #grammar: Grammar;
  readonly #chars: readonly string[];
  readonly #source: string;
  #at = 0;

  constructor(grammar: Grammar, source: string) {
    this.#grammar = grammar;
    this.#source = source;
    this.#chars = Array.from(source);
  }

  build(from: number, to: number): void {
    const alternatives = this.#alternatives(true);
    if (this.#at < this.#chars.length) this.#refuse(this.#chars[this.#at] ?? "");
    alternatives(from, to);
  }

  #alternatives(isTop: boolean): Build {
    const options = [this.#sequence(isTop)];
    while (this.#take("|")) options.push(this.#sequence(isTop));
    return (from, to) => options.forEach((option) => option(from, to));
  }

  #sequence(isTop: boolean): Build {
    const parts: Build[] = [];
    const anything: Build = (from, to) => this.#repeat(this.#class(ANY_CHARACTER), 0, Infinity)(from, to);
    if (isTop && !this.#take("^")) parts.push(anything);
    let ends = false;
    for (
      let char = this.#chars[this.#at];
      char !== undefined && char !== "|" && char !== ")";
      char = this.#chars[this.#at]
    ) {
      if (ends) this.#refuse("$");
      if (isTop && this.#take("$")) ends = true;
      else parts.push(this.#quantified());
    }
    if (isTop && !ends) parts.push(anything);
    return (from, to) => this.#chain(parts)(from, to);
  }

  #chain(parts: readonly Build[]): Build {
    return (from, to) => {
      let at = from;
      for (const [i, part] of parts.entries()) {
        const next = i === parts.length - 1 ? to : this.#grammar.state();
        part(at, next);
        at = next;
      }
      if (parts.length === 0) this.#grammar.empty(from, to);
    };
  }

  #quantified(): Build {
    const atom = this.#atom();
    const [least, most] = this.#quantifier();
    return least === 1 && most === 1 ? atom : this.#repeat(atom, least, most);
  }

  #quantifier(): readonly [number, number] {
    const rest = this.#chars.slice(this.#at, this.#at + 16).join("");
    const [whole, sign, low, comma, high] = /^(?:([*+?])|\{(\d{1,4})(?:(,)(\d{1,4})?)?\})\??/.exec(rest) ?? [];
    if (whole === undefined) return [1, 1];
    this.#at += whole.length;
    if (sign !== undefined) return sign === "*" ? [0, Infinity] : sign === "+" ? [1, Infinity] : [0, 1];
    const least = Number(low);
    const most = comma === undefined ? least : high === undefined ? Infinity : Number(high);
    if (least > MOST_REPEATS || (most !== Infinity && most > MOST_REPEATS) || most < least) this.#refuse(whole);
    return [least, most];
  }

  #repeat(atom: Build, least: number, most: number): Build {
    return (from, to) => {
      let at = from;
      for (let i = 0; i < least; i++) at = this.#after(atom, at);
      if (most === Infinity) {
        const loop = this.#grammar.state();
        this.#grammar.empty(at, loop);
        atom(loop, this.#leadingTo(loop));
        this.#grammar.empty(loop, to);
        return;
      }
      this.#grammar.empty(at, to);
      for (let i = least; i < most; i++) {
        at = this.#after(atom, at);
        this.#grammar.empty(at, to);
      }
    };
  }

  #after(atom: Build, from: number): number {
    const next = this.#grammar.state();
    atom(from, next);
    return next;
  }

  #leadingTo(to: number): number {
    const state = this.#grammar.state();
    this.#grammar.empty(state, to);
    return state;
  }

  #atom(): Build {
    const char = this.#next();
    if (char === "(") {
      if (this.#take("?") && !this.#take(":")) this.#refuse(`(?${this.#chars[this.#at] ?? ""}`);
      const inner = this.#alternatives(false);
      if (!this.#take(")")) this.#refuse("(");
      return inner;
    }
    if (char === "[") return this.#class(this.#brackets());
    if (char === ".") return this.#class(complementOf(LINE_ENDS));
    if (char === "\\") return this.#class(this.#escape());
    if (/[*+?{}^$)\]]/.test(char)) this.#refuse(char);
    return this.#class([codeRange(char)]);
  }

  #brackets(): readonly CodeRange[] {
    const isNegated = this.#take("^");
    const ranges: CodeRange[] = [];
    while (!this.#take("]")) {
      const low = this.#classItem();
      if (this.#chars[this.#at] === "-" && this.#chars[this.#at + 1] !== "]") {
        this.#at++;
        const high = this.#classItem();
        const [from, to] = [low[0]?.[0] ?? 0, high[0]?.[0] ?? 0];
        if (low.length > 1 || high.length > 1 || to < from) this.#refuse("-");
        ranges.push([from, to]);
      } else ranges.push(...low);
    }
    return isNegated ? complementOf(ranges) : ranges;
  }

  #classItem(): readonly CodeRange[] {
    const char = this.#next();
    return char === "\\" ? this.#escape() : [codeRange(char)];
  }

  #escape(): readonly CodeRange[] {
    const char = this.#next();
    const known = CLASSES[char];
    if (known !== undefined) return known;
    const control = CONTROLS[char];
    if (control !== undefined) return [codeRange(control)];
    const digits = char === "u" ? 4 : char === "x" ? 2 : 0;
    const code = this.#chars.slice(this.#at, this.#at + digits).join("");
    if (digits > 0 && new RegExp(`^[0-9a-fA-F]{${digits}}$`).test(code)) {
      this.#at += digits;
      return [codeRange(String.fromCodePoint(Number.parseInt(code, 16)))];
    }
    if (!PUNCTUATION.test(char)) this.#refuse(`\\${char}`);
    return [codeRange(char)];
  }

  #class(ranges: readonly CodeRange[]): Build {
    return (from, to) => this.#grammar.through(from, characterRule(this.#grammar, ranges), to);
  }

  #next(): string {
    const char = this.#chars[this.#at];
    if (char === undefined) this.#refuse("its end");
    this.#at++;
    return char as string;
  }

  #take(char: string): boolean {
    if (this.#chars[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #refuse(what: string): never {
    throw new RangeError(
      `expected a pattern of characters, classes, groups and quantifiers, got ${what} in ${this.#source}`,
    );
  }
}

function codeRange(char: string): CodeRange {
  const code = char.codePointAt(0) ?? 0;
  return [code, code];
}
