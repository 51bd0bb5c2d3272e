import { larger } from "../text/utf16.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

const ESCAPED = new Map(Array.from('"\\/bfnrt', (letter, i) => [letter, '"\\/\b\f\n\r\t'.charCodeAt(i)]));

/**
 * Scanner of JSON text, value by value. It supports the plain forms of real files: for others
 * JSON.parse is the fallback, which supports all, and reports errors.
 */
export class JsonScanner {
  readonly #text: string;
  #at: number;
  /** The UTF-16 units that {@link string} reads, from 0 on. */
  units = new Uint16Array(256);

  constructor(text: string, start = 0) {
    this.#text = text;
    this.#at = start;
  }

  /** Skips white space; returns the position of the next token. */
  next(): number {
    const text = this.#text;
    let at = this.#at;
    for (let unit = text.charCodeAt(at); unit <= 0x20; unit = text.charCodeAt(++at)) {
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) break;
    }
    return (this.#at = at);
  }

  /** Consumes `sign` if it is next; returns whether it was. */
  take(sign: string): boolean {
    if (this.#text.charCodeAt(this.next()) !== sign.charCodeAt(0)) return false;
    this.#at++;
    return true;
  }

  /** Consumes a string if one is next, and writes it to `units` after the first `length`; returns the new length, or -1. */
  string(length = 0): number {
    if (!this.take('"')) return -1;
    const text = this.#text;
    let { units } = this;
    for (let at = this.#at; ;) {
      let unit = text.charCodeAt(at++);
      if (unit === QUOTE) {
        this.#at = at;
        return length;
      }
      if (!(unit >= 0x20)) return -1; // a control character, or the end
      if (unit === BACKSLASH) {
        const hex = /^u([0-9a-fA-F]{4})/.exec(text.slice(at, at + 5))?.[1];
        unit = hex === undefined ? (ESCAPED.get(text.charAt(at)) ?? -1) : Number.parseInt(hex, 16);
        if (unit < 0) return -1;
        at += hex === undefined ? 1 : 5;
      }
      if (length === units.length) units = this.units = larger(units);
      units[length++] = unit;
    }
  }

  /** Consumes an integer from 0 to 2^31 - 1 if one is next; returns -1 if none was. */
  natural(): number {
    const from = this.next();
    let at = from;
    let value = 0;
    for (; ; at++) {
      const digit = this.#text.charCodeAt(at) - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      value = 10 * value + digit;
    }
    this.#at = at;
    const isPlain = at > from && value <= 0x7fffffff && (this.#text[from] !== "0" || at === from + 1);
    return isPlain ? value : -1;
  }

  /** Skips all up to the comma or the bracket that ends a value, without checking it. */
  skip(): true {
    const text = this.#text;
    const { length } = text;
    let at = this.#at;
    for (let depth = 0; at < length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) {
        for (let inside = text.charCodeAt(++at); inside !== QUOTE && at < length; inside = text.charCodeAt(++at)) {
          if (inside === BACKSLASH) at++;
        }
      } else if (unit === COMMA) {
        if (depth === 0) break;
      } else if ((unit & 0xdf) === 0x5b)
        depth++; // [ or {
      else if ((unit & 0xdf) === 0x5d && depth-- === 0) break; // ] or }
    }
    this.#at = at;
    return true;
  }

  /** Consumes `{"name": value, ...}` if one is next, each value by `value`; returns whether all was consumed. */
  members(value: (length: number) => boolean): boolean {
    return this.#list("{}", () => {
      const length = this.string();
      return length >= 0 && this.take(":") && value(length);
    });
  }

  /** Consumes `[item, ...]` if one is next, each by `item`; returns whether all was consumed. */
  items(item: () => boolean): boolean {
    return this.#list("[]", item);
  }

  #list([open = "", close = ""]: string, each: () => boolean): boolean {
    if (!this.take(open)) return false;
    if (this.take(close)) return true;
    do if (!each()) return false;
    while (this.take(","));
    return this.take(close);
  }
}
