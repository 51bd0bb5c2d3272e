import { TokenizerError } from "../checks/tokenizerError.ts";

// 128: deeper than any real file (they nest Sequences twice), shallower than the stack. A cyclic object ends here.
const MAX_DEPTH = 128;

// 2^20: a file's components have a few hundred values, a template of special tokens some thousands.
const MAX_COPIED = 2 ** 20;

// 2^24: a hundred times the largest vocabulary.
/** The highest id that a token may have. */
export const MAX_ID = 2 ** 24 - 1;

/** A value of parsed JSON with its path, so that every error about it names the path. */
export class Json {
  readonly value: unknown;
  readonly path: string;
  readonly #depth: number;

  constructor(value: unknown, path: string, depth = 0) {
    this.value = value;
    this.path = path;
    this.#depth = depth;
    if (depth > MAX_DEPTH) throw new TokenizerError(`${path.slice(0, 80)}...: nested more than ${MAX_DEPTH} deep`);
  }

  /** The field called `name`; missing and null are both {@link isAbsent}. */
  at(name: string): Json {
    const object = this.object();
    const path = /^\w{1,40}$/.test(name) ? `${this.path}.${name}` : `${this.path}[${quoted(name)}]`;
    return new Json(Object.hasOwn(object, name) ? object[name] : undefined, path, this.#depth + 1);
  }

  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  object(): Readonly<Record<string, unknown>> {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.expected("an object");
    return value as Readonly<Record<string, unknown>>;
  }

  isArray(): boolean {
    return Array.isArray(this.value);
  }

  array(): readonly unknown[] {
    if (!Array.isArray(this.value)) throw this.expected("an array");
    return this.value;
  }

  items(): Json[] {
    // Not map: that would skip holes.
    return Array.from(this.array(), (item, i) => new Json(item, `${this.path}[${i}]`, this.#depth + 1));
  }

  string(): string {
    if (typeof this.value !== "string") throw this.expected("a string");
    return this.value;
  }

  number(): number {
    if (typeof this.value !== "number") throw this.expected("a number");
    return this.value;
  }

  /** Reads an integer from 0 to `most`, default 2^31 - 1, such as counts and lengths. */
  natural(most = 0x7fffffff): number {
    const { value } = this;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > most) {
      throw this.expected(`an integer from 0 to ${most}`);
    }
    return value;
  }

  /** Reads the id of a token. */
  id(): number {
    return this.natural(MAX_ID);
  }

  boolean(): boolean {
    if (typeof this.value !== "boolean") throw this.expected("true or false");
    return this.value;
  }

  /** A deep copy of the value, null if it is absent; an object that refers to itself has none. */
  copy(): unknown {
    return this.#copy({ count: 0 });
  }

  #copy(copied: { count: number }): unknown {
    if (++copied.count > MAX_COPIED) throw this.expected(`at most ${MAX_COPIED} values`);
    if (this.isAbsent) return null;
    if (typeof this.value !== "object") return this.value;
    if (this.isArray()) return this.items().map((item) => item.#copy(copied));
    return Object.fromEntries(Object.keys(this.object()).map((name) => [name, this.at(name).#copy(copied)]));
  }

  /** Returns `read(this)`, or `fallback` if the value is absent. */
  or<T>(fallback: T, read: (json: Json) => T): T {
    return this.isAbsent ? fallback : read(this);
  }

  stringOr<T>(fallback: T): string | T {
    return this.isAbsent ? fallback : this.string();
  }

  booleanOr<T>(fallback: T): boolean | T {
    return this.isAbsent ? fallback : this.boolean();
  }

  oneOf<const T extends string>(words: readonly T[]): T {
    const found = words.find((word) => word === this.value);
    if (found === undefined) throw this.expected(`one of ${words.join(", ")}`);
    return found;
  }

  expected(what: string): TokenizerError {
    return new TokenizerError(`${this.path}: expected ${what}, got ${describe(this.value)}`);
  }
}

/** Parses JSON of a file of this name; NaN and infinity, which Python writes, as null. */
export function parseJson(text: string, name: string): unknown {
  for (const read of [text, withoutPythonsNumbers]) {
    try {
      return JSON.parse(typeof read === "string" ? read : read(text)) as unknown;
    } catch {
      // reported below, without text of the file
    }
  }
  throw new TokenizerError(`${name}: expected a JSON object, got ${text.length} characters that are not JSON`);
}

function withoutPythonsNumbers(text: string): string {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN/g, (found) => (found.startsWith('"') ? found : "null"));
}

/** Makes a component from its configuration and further arguments. */
export type Factory<T, More extends readonly unknown[] = []> = (config: Json, ...more: More) => T;

/** Makes a component from `config` by the row of `table` for `config.type`, or for `inferred`. */
export function createFromTable<T, More extends readonly unknown[]>(
  table: Readonly<Record<string, Factory<T, More>>>,
  config: Json,
  what: string,
  inferred: string | undefined,
  ...more: More
): T {
  const type = config.at("type");
  const name = inferred ?? type.string();
  const create = Object.hasOwn(table, name) ? table[name] : undefined;
  if (create === undefined) {
    throw new TokenizerError(`${type.path}: unknown ${what} ${quoted(name)} (known: ${Object.keys(table).join(", ")})`);
  }
  return create(config, ...more);
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? quoted(value) : String(value).slice(0, 60);
}

/** Quotes text of a file for an error: short, and without characters that act on a terminal. */
export function quoted(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  return JSON.stringify(shown).replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
