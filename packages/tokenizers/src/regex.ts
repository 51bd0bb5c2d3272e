import { TokenizerError } from "./tokenizerError.ts";
import { caseVariants, charClass, shorthand, unicodeProperty, WORD_CHAR } from "./regexClass.ts";

/**
 * A JavaScript expression that matches what `pattern`, written for Oniguruma or Rust, matches there.
 *
 * White space, digits and word characters are Unicode's there, `.` stops at line feeds alone, and `^` and
 * `$` stand at every line. Inline flags (`(?i:...)`), possessive quantifiers, atomic groups and POSIX
 * classes are spelled out in what every engine has.
 */
export function translateRegex(pattern: string, path: string): RegExp {
  try {
    return new RegExp(new Translator(pattern).translate(), "gv");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TokenizerError(`${path}: a regular expression that cannot be used: ${reason}`);
  }
}

/** `text` as a pattern that matches it literally. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
}

// 64: deeper than any real pattern, shallower than the stack.
const MAX_DEPTH = 64;

class Translator {
  readonly #pattern: string;
  #at = 0;
  #groups = 0; // capturing ones, as JavaScript will count them
  #depth = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  translate(): string {
    const out = this.#alternatives({ ignoreCase: false, dotAll: false, extended: false });
    if (this.#at < this.#pattern.length) throw new SyntaxError(`unmatched ) at ${this.#at}`);
    return out;
  }

  /** Everything up to the end of the group; flags set on the way hold up to there too. */
  #alternatives(flags: Flags): string {
    if (++this.#depth > MAX_DEPTH) throw new SyntaxError(`nested more than ${MAX_DEPTH} deep`);
    let out = "";
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ")") {
      const set = this.#take(/\(\?([imsx]*)(?:-([imsx]*))?\)/y);
      if (set !== undefined) flags = withFlags(flags, set[1] ?? "", set[2] ?? "");
      else if (this.#take(/\(\?#[^)]*\)/y) === undefined && !(flags.extended && this.#take(/\s+|#[^\n]*/y))) {
        out += this.#take(/\|/y) ? "|" : this.#quantified(flags);
      }
    }
    this.#depth--;
    return out;
  }

  #quantified(flags: Flags): string {
    const before = this.#groups;
    const atom = this.#atom(flags);
    const quantifier = this.#take(/[*+?]|\{\d*,?\d*\}/y)?.[0];
    if (quantifier === undefined || /^\{,?\}$/.test(quantifier))
      return atom + (quantifier === undefined ? "" : escapeRegex(quantifier));
    const times = quantifier.replace(/^\{,/, "{0,");
    if (this.#take(/\?/y)) return `${atom}${times}?`;
    // A brace followed by a plus repeats the repetition; only * + ? become possessive.
    if (!this.#take(/\+/y)) return atom + times;
    if (times.startsWith("{")) return `(?:${atom}${times})+`;
    return this.#atomic(`${atom}${times}`, before);
  }

  /** `body`, never to be matched in another way once it has matched. */
  #atomic(body: string, groupsBefore: number): string {
    // The look-ahead's own group comes before those in the body, so what they refer to moves up by one.
    const shifted = body.replace(/\\(\d+)/g, (whole, n: string) =>
      Number(n) > groupsBefore ? `\\${Number(n) + 1}` : whole,
    );
    this.#groups++;
    return `(?:(?=(${shifted}))\\${groupsBefore + 1})`;
  }

  #atom(flags: Flags): string {
    const char = this.#takeChar();
    if (char === "(") return this.#group(flags);
    if (char === "[") {
      const { source, end } = charClass(this.#pattern, this.#at - 1, flags.ignoreCase);
      this.#at = end;
      return source;
    }
    if (char === ".") return flags.dotAll ? "[\\s\\S]" : "[^\\n]";
    if (char === "^") return "(?<![^\\n])";
    if (char === "$") return "(?![^\\n])";
    if (char === "\\") return this.#escape(flags);
    return caseVariants(char, flags.ignoreCase);
  }

  #group(flags: Flags): string {
    const before = this.#groups;
    const head = this.#take(/\?(?:([imsx]*)(?:-([imsx]*))?:|<?[=!]|>|P?<([A-Za-z_]\w*)>)/y);
    if (head === undefined && this.#pattern[this.#at] === "?")
      throw new SyntaxError(`a group of unknown kind at ${this.#at}`);
    const [kind = "", on = "", off = "", name] = head ?? [];
    if (head === undefined || name !== undefined) this.#groups++;
    const body = this.#alternatives(kind.endsWith(":") ? withFlags(flags, on, off) : flags);
    if (!this.#take(/\)/y)) throw new SyntaxError("a group that is not closed");
    if (kind === "?>") return this.#atomic(body, before);
    if (head === undefined) return `(${body})`;
    if (name !== undefined) return `(?<${name}>${body})`;
    return kind.endsWith(":") ? `(?:${body})` : `(${kind}${body})`;
  }

  #escape(flags: Flags): string {
    const property = this.#take(/[pP]\{(\^?)([^}]*)\}/y);
    if (property !== undefined) {
      const negated = property[0].startsWith("P") !== (property[1] === "^");
      return unicodeProperty(property[2] ?? "", negated);
    }
    const code = this.#take(/x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{1,2})|u\{?([0-9A-Fa-f]{4,6})\}?/y);
    if (code !== undefined) {
      const char = String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? code[3] ?? "", 16));
      return caseVariants(char, flags.ignoreCase);
    }
    const reference = this.#take(/[1-9]\d*/y) ?? this.#take(/k<\w+>/y);
    if (reference !== undefined) return `\\${reference[0]}`;
    const char = this.#takeChar();
    return (
      OUTSIDE_CLASSES[char] ??
      shorthand(char) ??
      (/[A-Za-z]/.test(char) ? `\\${char}` : caseVariants(char, flags.ignoreCase))
    );
  }

  #take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#pattern) ?? undefined;
    if (match !== undefined) this.#at += match[0].length;
    return match;
  }

  #takeChar(): string {
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0);
    if (this.#at >= this.#pattern.length) throw new SyntaxError("a pattern that ends too early");
    this.#at += char.length;
    return char;
  }
}

// Also what stands for more or fewer characters outside a class than in one.
const OUTSIDE_CLASSES: Readonly<Record<string, string>> = {
  A: "(?<![\\s\\S])",
  z: "(?![\\s\\S])",
  Z: "(?=\\n?(?![\\s\\S]))",
  b: `(?:(?<=${WORD_CHAR})(?!${WORD_CHAR})|(?<!${WORD_CHAR})(?=${WORD_CHAR}))`,
  B: `(?:(?<=${WORD_CHAR})(?=${WORD_CHAR})|(?<!${WORD_CHAR})(?!${WORD_CHAR}))`,
  w: WORD_CHAR,
  W: `[^${WORD_CHAR}]`,
  R: "(?:\\r\\n|[\\n-\\r\\u0085\\u2028\\u2029])",
  a: "\\x07",
  e: "\\x1b",
};

function withFlags(flags: Flags, on: string, off: string): Flags {
  const flag = (letters: RegExp, before: boolean): boolean => letters.test(on) || (before && !letters.test(off));
  return {
    ignoreCase: flag(/i/, flags.ignoreCase),
    dotAll: flag(/[ms]/, flags.dotAll),
    extended: flag(/x/, flags.extended),
  };
}
