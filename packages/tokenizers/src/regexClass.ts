// Character classes of Oniguruma and Rust in the syntax of JavaScript's `v` flag, which has nested classes
// and intersections too.

const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";

/** `\w` outside a class: there, Oniguruma counts Latin-1's superscripts and fractions too. */
export const WORD_CHAR = `[${WORD}\u00b2\u00b3\u00b9\u00bc-\u00be]`;

const SHORTHANDS: Readonly<Record<string, string>> = {
  s: "\\p{White_Space}",
  S: "\\P{White_Space}",
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  w: `[${WORD}]`,
  W: `[^${WORD}]`,
  h: "[0-9A-Fa-f]",
  H: "[^0-9A-Fa-f]",
  n: "\\n",
  r: "\\r",
  t: "\\t",
  f: "\\f",
  v: "\\v",
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

/** What `\s`, `\d` and their like stand for. */
export function shorthand(letter: string): string | undefined {
  return Object.hasOwn(SHORTHANDS, letter) ? SHORTHANDS[letter] : undefined;
}

/** `\p{name}`: a category, a script, a property or a POSIX class. */
export function unicodeProperty(name: string, negated: boolean): string {
  const lower = name.toLowerCase();
  if (lower === "punct") return negated ? "\\P{P}" : "\\p{P}";
  if (lower === "word") return negated ? `[^${WORD_CHAR}]` : WORD_CHAR;
  if (Object.hasOwn(POSIX, lower)) return `[${negated ? "^" : ""}${POSIX[lower] ?? ""}]`;
  for (const candidate of [name, `Script=${name}`]) {
    const source = `\\${negated ? "P" : "p"}{${candidate}}`;
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

/** `char` as a pattern; with `ignoreCase`, all its cases. */
export function caseVariants(char: string, ignoreCase: boolean): string {
  const cases = ignoreCase ? casesOf(char) : [char];
  return cases.length > 1 ? `[${cases.map(literal).join("")}]` : literal(char);
}

// Characters whose lower case is that of another pair; the rest is found by changing case.
const MORE_CASES: Readonly<Record<string, string>> = { s: "ſ", k: "\u212a", å: "\u212b", ω: "\u2126", µ: "μ", μ: "µ" };

function casesOf(char: string): string[] {
  const lower = char.toLowerCase();
  const all = [char, lower, char.toUpperCase(), MORE_CASES[lower] ?? char];
  return [...new Set(all)].filter((other) => [...other].length === 1);
}

function literal(char: string): string {
  if (/[\^$\\.*+?()[\]{}|/-]/.test(char)) return `\\${char}`;
  // The `v` flag keeps doubled punctuation for itself.
  return /[&!#%,:;<=>@`~]/.test(char) ? `\\x${char.charCodeAt(0).toString(16)}` : char;
}

/** The class that begins with the bracket at `start`, and where it ends. */
export function charClass(pattern: string, start: number, ignoreCase: boolean): { source: string; end: number } {
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
    if (pattern[at] === "]" && !first) break;
    const posix = /^\[:(\^?)(\w+):\]/.exec(pattern.slice(at, at + 20));
    if (posix !== null) {
      members.push(posixClass(posix[2] ?? "", posix[1] === "^"));
      at += posix[0].length;
    } else if (pattern[at] === "[") {
      const inner = charClass(pattern, at, ignoreCase);
      members.push(inner.source);
      at = inner.end;
    } else if (pattern.startsWith("&&", at)) {
      left = close();
      members = [];
      at += 2;
    } else {
      const low = classAtom(pattern, at);
      const isRange =
        low.char !== undefined && pattern[low.end] === "-" && !/^[\][]?$/.test(pattern.charAt(low.end + 1));
      const high = isRange ? classAtom(pattern, low.end + 1) : undefined;
      if (low.char !== undefined && high?.char !== undefined) members.push(range(low.char, high.char, ignoreCase));
      else if (low.char === undefined) members.push(low.source);
      else members.push(...(ignoreCase ? casesOf(low.char) : [low.char]).map(literal));
      at = high?.char === undefined ? low.end : high.end;
    }
  }
  const body = close();
  return { source: negated ? `[^${body}]` : body, end: at + 1 };
}

interface ClassAtom {
  /** The single character that this is, if it is one. */
  readonly char: string | undefined;
  readonly source: string;
  readonly end: number;
}

function classAtom(pattern: string, at: number): ClassAtom {
  const rest = pattern.slice(at, at + 64);
  const property = /^\\([pP])\{(\^?)([^}]*)\}/.exec(rest);
  if (property !== null) {
    const negated = (property[1] === "P") !== (property[2] === "^");
    return { char: undefined, source: unicodeProperty(property[3] ?? "", negated), end: at + property[0].length };
  }
  const code = /^\\(?:x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{1,2})|u\{?([0-9A-Fa-f]{4,6})\}?)/.exec(rest);
  if (code !== null) {
    const char = String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? code[3] ?? "", 16));
    return { char, source: literal(char), end: at + code[0].length };
  }
  if (rest.startsWith("\\")) {
    const letter = String.fromCodePoint(pattern.codePointAt(at + 1) ?? 0);
    const source = shorthand(letter);
    const end = at + 1 + letter.length;
    if (source === undefined) return { char: letter, source: literal(letter), end };
    const control = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v" }[letter];
    return { char: control, source, end };
  }
  const char = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
  return { char, source: literal(char), end: at + char.length };
}

function range(low: string, high: string, ignoreCase: boolean): string {
  const source = `${literal(low)}-${literal(high)}`;
  if (!ignoreCase) return source;
  const from = low.codePointAt(0) ?? 0;
  const to = high.codePointAt(0) ?? 0;
  // 0x600: no alphabet with two cases that files name by ranges is longer; longer ranges hold both cases.
  if (to - from > 0x600) return source;
  const cases = new Set<string>();
  for (let code = from; code <= to; code++) for (const other of casesOf(String.fromCodePoint(code))) cases.add(other);
  return [...cases].map(literal).join("");
}
