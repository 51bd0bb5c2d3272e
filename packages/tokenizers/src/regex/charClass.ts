import { CharSet } from "../text/charSet.ts";

// Character classes of Oniguruma in the syntax of JavaScript's `v` flag, which has nested classes and
// intersections too.

const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";

/** `\w` outside a class: there, Oniguruma counts Latin-1's superscripts and fractions too. */
const WORD_CHAR = `[${WORD}\u00b2\u00b3\u00b9\u00bc-\u00be]`;

const SHORTHANDS: Readonly<Record<string, string>> = {
  s: "\\p{White_Space}",
  S: "\\P{White_Space}",
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  w: `[${WORD}]`,
  W: `[^${WORD}]`,
  h: "[0-9A-Fa-f]",
  H: "[^0-9A-Fa-f]",
};

const POSIX: Readonly<Record<string, string>> = {
  alpha: "\\p{Alphabetic}",
  alnum: "\\p{Alphabetic}\\p{Nd}",
  ascii: "\\x00-\\x7f",
  blank: "\\p{Zs}\\t",
  cntrl: "\\p{Cc}",
  digit: "\\p{Nd}",
  graph: "[^\\p{White_Space}\\p{Cc}\\p{Cn}\\p{Cs}]",
  lower: "\\p{Lowercase}",
  print: "[[^\\p{White_Space}\\p{Cc}\\p{Cn}\\p{Cs}]\\p{Zs}]",
  punct: "\\p{P}\\p{S}",
  space: "\\p{White_Space}",
  upper: "\\p{Uppercase}",
  word: WORD,
  xdigit: "0-9A-Fa-f",
};

const CONTROLS: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  f: "\f",
  v: "\v",
  a: "\x07",
  e: "\x1b",
};

/** A set of characters, or one; and the end of its source. */
export interface CharAtom {
  /** In JavaScript's syntax. */
  readonly source: string;
  readonly char?: string;
  readonly end: number;
}

/** The set of the characters that `source` matches. */
export function charSet(source: string, ignoreCase = false, negated = false): CharSet {
  return new CharSet(new RegExp(`^(?:${source})$`, ignoreCase ? "vi" : "v"), negated);
}

/** The word characters of `\b`. */
export const wordChars = charSet(WORD_CHAR);

/** Parses the escape at `at`, a character or a set. */
export function escaped(pattern: string, at: number, inClass: boolean): CharAtom {
  const rest = pattern.slice(at + 1, at + 65);
  if (rest === "") throw new SyntaxError("a pattern that ends too early");
  const property = /^[pP]\{(\^?)([^}]*)\}/.exec(rest);
  if (property !== null) {
    const [whole, not, name = ""] = property;
    return { source: unicodeProperty(name, whole.startsWith("P") !== (not === "^")), end: at + 1 + whole.length };
  }
  const code =
    /^(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|o\{([0-7]{1,7})\}|(0[0-7]{0,2}|[0-3][0-7]{2}))/.exec(
      rest,
    );
  if (code !== null) {
    const hex = code[1] ?? code[2] ?? code[3];
    const char = String.fromCodePoint(Number.parseInt(hex ?? code[4] ?? code[5] ?? "", hex === undefined ? 8 : 16));
    return { source: literal(char), char, end: at + 1 + code[0].length };
  }
  const control = /^(?:c|C-)(.)/su.exec(rest);
  const letter = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  if (control === null && Object.hasOwn(SHORTHANDS, letter)) {
    const isWord = !inClass && /[wW]/.test(letter);
    const source = isWord ? (letter === "w" ? WORD_CHAR : `[^${WORD_CHAR}]`) : (SHORTHANDS[letter] ?? "");
    return { source, end: at + 2 };
  }
  const char =
    control !== null
      ? String.fromCharCode((control[1] ?? "").charCodeAt(0) & 0x1f)
      : inClass && letter === "b"
        ? "\b"
        : ((Object.hasOwn(CONTROLS, letter) ? CONTROLS[letter] : undefined) ?? letter);
  return { source: literal(char), char, end: at + 1 + (control?.[0] ?? letter).length };
}

/** `\p{name}`: a category, a script, a property or a POSIX class. */
function unicodeProperty(name: string, negated: boolean): string {
  const lower = name.toLowerCase();
  if (lower === "punct") return negated ? "\\P{P}" : "\\p{P}";
  if (lower === "word") return negated ? `[^${WORD_CHAR}]` : WORD_CHAR;
  if (lower === "any") return negated ? "[]" : "[^]";
  if (Object.hasOwn(POSIX, lower)) return `[${negated ? "^" : ""}${POSIX[lower] ?? ""}]`;
  // JavaScript needs the names as Unicode spells them: Lowercase_Letter, Greek.
  const titled = lower.replace(/[ -]/g, "_").replace(/(?:^|_)[a-z]/g, (initial) => initial.toUpperCase());
  for (const each of [name, titled, `Script=${name}`, `Script=${titled}`]) {
    const source = `\\${negated ? "P" : "p"}{${each}}`;
    if (isValid(source)) return source;
  }
  throw new SyntaxError(`an unknown property ${name}`);
}

/** `[:name:]`, which is wider than `\p{name}` for punct: symbols count. */
function posixClass(name: string, negated: boolean): string {
  if (!Object.hasOwn(POSIX, name)) throw new SyntaxError(`an unknown class [:${name}:]`);
  return `[${negated ? "^" : ""}${POSIX[name] ?? ""}]`;
}

function isValid(source: string): boolean {
  try {
    new RegExp(source, "v");
    return true;
  } catch {
    return false;
  }
}

/** One character as a pattern. */
export function literal(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}

// 64: deeper than any real class, shallower than the stack.
const MAX_DEPTH = 64;

/** Parses the class of the bracket at `start`. */
export function charClass(pattern: string, start: number, depth = 0): CharAtom & { readonly negated: boolean } {
  if (depth > MAX_DEPTH) throw new SyntaxError(`nested more than ${MAX_DEPTH} deep`);
  let at = start + 1;
  const negated = pattern[at] === "^";
  if (negated) at++;
  let left: string | undefined; // of an intersection
  let members: string[] = [];
  const close = (): string => {
    const right = `[${members.join("")}]`;
    return left === undefined ? right : `[${left}&&${right}]`;
  };
  for (let first = true; ; first = false) {
    if (at >= pattern.length) throw new SyntaxError("a class that is not closed");
    if (pattern[at] === "]" && !first) return { source: close(), negated, end: at + 1 };
    if (pattern.startsWith("&&", at)) {
      left = close();
      members = [];
      at += 2;
      continue;
    }
    const low = classMember(pattern, at, depth);
    const isRange = low.char !== undefined && pattern[low.end] === "-" && !/^[\][]?$/.test(pattern.charAt(low.end + 1));
    const high = isRange ? classMember(pattern, low.end + 1, depth) : undefined;
    members.push(high?.char === undefined ? low.source : `${low.source}-${high.source}`);
    at = high?.char === undefined ? low.end : high.end;
  }
}

function classMember(pattern: string, at: number, depth: number): CharAtom {
  const posix = /^\[:(\^?)(\w+):\]/.exec(pattern.slice(at, at + 20));
  if (posix !== null) return { source: posixClass(posix[2] ?? "", posix[1] === "^"), end: at + posix[0].length };
  if (pattern[at] === "[") {
    const { source, negated, end } = charClass(pattern, at, depth + 1);
    return { source: negated ? `[^${source}]` : source, end };
  }
  if (pattern[at] === "\\") return escaped(pattern, at, true);
  const char = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
  return { source: literal(char), char, end: at + char.length };
}
