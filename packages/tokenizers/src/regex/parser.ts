import type { CharSet } from "../text/charSet.ts";
import { type CharAtom, charClass, charSet, escaped, literal, wordChars } from "./charClass.ts";

/** A node of a regular expression's syntax tree. */
export type RegexNode =
  | { readonly kind: "set"; readonly set: CharSet; readonly char?: string }
  | { readonly kind: "sequence" | "alternatives"; readonly nodes: readonly RegexNode[] }
  | {
      readonly kind: "repeat";
      readonly node: RegexNode;
      readonly min: number;
      readonly max: number;
      readonly mode: "greedy" | "lazy" | "possessive";
    }
  | { readonly kind: "capture"; readonly index: number; readonly node: RegexNode }
  | { readonly kind: "look"; readonly node: RegexNode; readonly behind: boolean; readonly negated: boolean }
  | { readonly kind: "atomic"; readonly node: RegexNode }
  | { readonly kind: "back"; readonly index: number; readonly ignoreCase: boolean }
  | { readonly kind: "grapheme" | "keep" | "searchStart" };

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
}

// 64: deeper than any real pattern, shallower than the stack.
const MAX_DEPTH = 64;

// 100,000: Oniguruma's own limit.
const MAX_TIMES = 100_000;

// 100,000: fifty times what real patterns have.
const MAX_LENGTH = 100_000;

const set = (source: string): RegexNode => ({ kind: "set", set: charSet(source) });
const look = (node: RegexNode, behind: boolean, negated: boolean): RegexNode => ({
  kind: "look",
  node,
  behind,
  negated,
});
const sequence = (...nodes: RegexNode[]): RegexNode => ({ kind: "sequence", nodes });
const either = (...nodes: RegexNode[]): RegexNode => ({ kind: "alternatives", nodes });

const NEW_LINE = set("\\n");
const NOT_NEW_LINE = set("[^\\n]");
const ANY = set("[^]");
const WORD: RegexNode = { kind: "set", set: wordChars };
const END = look(ANY, false, true);

const LINE_BREAK: RegexNode = {
  kind: "atomic",
  node: either(sequence(set("\\r"), NEW_LINE), set("[\\n-\\r\\u0085\\u2028\\u2029]")),
};

// Escapes that are no character.
const ASSERTIONS: Readonly<Record<string, RegexNode>> = {
  A: look(ANY, true, true),
  z: END,
  Z: look(either(END, sequence(NEW_LINE, END)), false, false),
  b: either(
    sequence(look(WORD, true, false), look(WORD, false, true)),
    sequence(look(WORD, true, true), look(WORD, false, false)),
  ),
  B: either(
    sequence(look(WORD, true, false), look(WORD, false, false)),
    sequence(look(WORD, true, true), look(WORD, false, true)),
  ),
  G: { kind: "searchStart" },
  K: { kind: "keep" },
  N: NOT_NEW_LINE,
  O: ANY,
  R: LINE_BREAK,
  X: { kind: "grapheme" },
};

/** Parser of regular expressions in Oniguruma's syntax (https://github.com/kkos/oniguruma/blob/v6.9.10/doc/RE). */
export class RegexParser {
  readonly #pattern: string;
  readonly #names: readonly string[];
  #at = 0;
  #groups = 0;
  readonly #sets = new Map<string, CharSet>();
  #depth = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
    if (pattern.length > MAX_LENGTH) throw new SyntaxError(`more than ${MAX_LENGTH} characters long`);
    const groups = pattern.replace(/\\[^]|\[(?:\\[^]|[^\]\\])*\]?/g, "");
    this.#names = Array.from(groups.matchAll(/\(\?(?:<|P<|')([A-Za-z_]\w*)[>']/g), ([, name = ""]) => name);
  }

  parse(): RegexNode {
    const node = this.#alternatives({ ignoreCase: false, dotAll: false, extended: false });
    if (this.#at < this.#pattern.length) throw new SyntaxError(`unmatched ) at ${this.#at}`);
    return node;
  }

  /** Parses everything up to the end of the group. Flags set on the way hold up to there, alternatives included. */
  #alternatives(flags: Flags): RegexNode {
    if (++this.#depth > MAX_DEPTH) throw new SyntaxError(`nested more than ${MAX_DEPTH} deep`);
    const all: RegexNode[] = [];
    let nodes: RegexNode[] = [];
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ")") {
      const switched = this.#take(/\(\?([imx]*)(?:-([imx]*))?\)/y);
      if (switched !== undefined) {
        nodes.push(this.#alternatives(withFlags(flags, switched[1], switched[2])));
      } else if (this.#take(/\|/y)) {
        all.push(sequence(...nodes));
        nodes = [];
      } else if (!this.#take(/\(\?#[^)]*\)/y) && !(flags.extended && this.#take(/\s+|#[^\n]*/y))) {
        nodes.push(this.#quantified(flags));
      }
    }
    this.#depth--;
    all.push(nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : sequence(...nodes));
    return all.length === 1 && all[0] !== undefined ? all[0] : either(...all);
  }

  #quantified(flags: Flags): RegexNode {
    let node = this.#atom(flags);
    for (let depth = 0; ; depth++) {
      const found = this.#take(/([*+?])([?+]?)|\{(\d+)?(?:(,)(\d+)?)?\}(\??)/y);
      if (found === undefined) return node;
      if (depth > MAX_DEPTH) throw new SyntaxError(`nested more than ${MAX_DEPTH} deep`);
      const [whole, sign, after, from, comma, to, lazy] = found;
      if (sign !== undefined) {
        const mode = after === "?" ? "lazy" : after === "+" ? "possessive" : "greedy";
        node = { kind: "repeat", node, min: sign === "+" ? 1 : 0, max: sign === "?" ? 1 : Infinity, mode };
      } else if (from === undefined && to === undefined) {
        return sequence(node, ...Array.from(whole, (char) => this.#literal(char, flags)));
      } else {
        const min = Number(from ?? 0);
        const max = comma === undefined ? min : to === undefined ? Infinity : Number(to);
        if (min > MAX_TIMES || (max > MAX_TIMES && max !== Infinity) || min > max) {
          throw new SyntaxError(`a repetition out of range: ${whole}`);
        }
        // An exact number cannot be lazy: there, the question mark makes all of it optional.
        const isExact = comma === undefined;
        node = { kind: "repeat", node, min, max, mode: lazy && !isExact ? "lazy" : "greedy" };
        if (lazy && isExact) node = { kind: "repeat", node, min: 0, max: 1, mode: "greedy" };
      }
    }
  }

  #atom(flags: Flags): RegexNode {
    const start = this.#at;
    const char = this.#takeChar();
    if (char === "(") return this.#group(flags);
    if (char === "[") {
      const { source, negated, end } = charClass(this.#pattern, start);
      this.#at = end;
      return { kind: "set", set: this.#charSet(source, flags.ignoreCase, negated) };
    }
    if (char === ".") return flags.dotAll ? ANY : NOT_NEW_LINE;
    if (char === "^") return look(NOT_NEW_LINE, true, true);
    if (char === "$") return look(NOT_NEW_LINE, false, true);
    if (/[*+?]/.test(char)) throw new SyntaxError(`nothing to repeat at ${start}`);
    return char === "\\" ? this.#escape(start, flags) : this.#literal(char, flags);
  }

  #group(flags: Flags): RegexNode {
    const head = this.#take(/\?(?:([imx]*)(?:-([imx]*))?:|<?[=!]|>|(?:P?<|')([A-Za-z_]\w*)[>'])/y);
    if (head === undefined && this.#pattern[this.#at] === "?")
      throw new SyntaxError(`a group of unknown kind at ${this.#at}`);
    const [kind = "", on, off, name] = head ?? [];
    // Where groups have names, only those with a name are counted.
    const isCapture = name !== undefined || (head === undefined && this.#names.length === 0);
    const index = isCapture ? ++this.#groups : 0;
    const node = this.#alternatives(kind.endsWith(":") ? withFlags(flags, on, off) : flags);
    if (!this.#take(/\)/y)) throw new SyntaxError("a group that is not closed");
    if (isCapture) return { kind: "capture", index, node };
    if (kind === "?>") return { kind: "atomic", node };
    return /[=!]$/.test(kind) ? look(node, kind.startsWith("?<"), kind.endsWith("!")) : node;
  }

  #escape(start: number, { ignoreCase }: Flags): RegexNode {
    const name = this.#take(/k(?:<(\w+)>|'(\w+)')/y);
    if (name !== undefined) {
      const index = Number(name[1] ?? name[2]) || this.#names.indexOf(name[1] ?? name[2] ?? "") + 1;
      if (index === 0) throw new SyntaxError(`a reference to no group: ${name[0]}`);
      return { kind: "back", index, ignoreCase };
    }
    const reference = this.#take(/[1-9]\d?(?!\d)/y);
    if (reference !== undefined) return { kind: "back", index: Number(reference[0]), ignoreCase };
    const letter = this.#pattern[this.#at] ?? "";
    if (/[gyY]/.test(letter)) throw new SyntaxError(`what is not known here: \\${letter}`);
    if (Object.hasOwn(ASSERTIONS, letter)) {
      this.#at++;
      return ASSERTIONS[letter] as RegexNode;
    }
    const atom = escaped(this.#pattern, start, false);
    this.#at = atom.end;
    return this.#set(atom, ignoreCase);
  }

  #literal(char: string, { ignoreCase }: Flags): RegexNode {
    return this.#set({ source: literal(char), char, end: 0 }, ignoreCase);
  }

  #set({ source, char }: CharAtom, ignoreCase: boolean): RegexNode {
    const isCased = ignoreCase && char !== undefined;
    return {
      kind: "set",
      set: this.#charSet(source, isCased),
      ...(char !== undefined && !(ignoreCase && /\p{L}|\p{M}|\p{N}|\p{S}/u.test(char)) && { char }),
    };
  }

  /** One set for each spelling: a pattern may repeat it ten thousand times. */
  #charSet(source: string, ignoreCase: boolean, negated = false): CharSet {
    const key = `${ignoreCase}${negated}${source}`;
    let known = this.#sets.get(key);
    if (known === undefined) this.#sets.set(key, (known = charSet(source, ignoreCase, negated)));
    return known;
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

function withFlags(flags: Flags, on = "", off = ""): Flags {
  const flag = (letter: string, before: boolean): boolean => on.includes(letter) || (before && !off.includes(letter));
  return {
    ignoreCase: flag("i", flags.ignoreCase),
    dotAll: flag("m", flags.dotAll),
    extended: flag("x", flags.extended),
  };
}
