import { describeArgument } from "@qkv/ops";

/** A reader of the fields of a Hugging Face `config.json`, which checks types and names the field in errors. */
export class ConfigFields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  /**
   * @param path prefix of field names in errors: the path of an object within the file
   * @throws ConfigError if it is no object
   */
  constructor(json: unknown, path = "") {
    this.#path = path;
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw new ConfigError(`config.json: expected an object, got ${describe(json)}`);
    }
    this.#fields = json as Record<string, unknown>;
  }

  /** @throws ConfigError unless the field has exactly this value */
  expect(name: string, value: string): void {
    if (this.#fields[name] !== value) this.#fail(name, JSON.stringify(value));
  }

  /** Whether the field is present, with any value but null. */
  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  /** Whether the field is null, which differs from absent. */
  isNull(name: string): boolean {
    return this.#fields[name] === null;
  }

  /** The fields of an object that the field holds. */
  optionalObject(name: string): ConfigFields | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#fields[name];
    const isObject = typeof value === "object" && !Array.isArray(value);
    return isObject ? new ConfigFields(value, `${this.#path}${name}.`) : this.#fail(name, "an object");
  }

  /** Whether there are no fields. */
  isEmpty(): boolean {
    return Object.keys(this.#fields).length === 0;
  }

  /** @throws ConfigError naming a field that is not one of `known` */
  expectOnly(known: readonly string[]): void {
    const unknown = Object.keys(this.#fields).find((name) => !known.includes(name));
    if (unknown !== undefined) this.#fail(unknown, `one of the fields that are known (${known.join(", ")})`);
  }

  /** Whether the field holds a string. */
  isString(name: string): boolean {
    return typeof this.#fields[name] === "string";
  }

  /** A string, if the field is present. */
  optionalString(name: string): string | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    return typeof value === "string" ? value : this.#fail(name, "a string");
  }

  /** Strings, if the field is present. */
  optionalStrings(name: string): readonly string[] | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    const valid = Array.isArray(value) && value.every((each) => typeof each === "string");
    return valid ? (value as string[]) : this.#fail(name, "a list of strings");
  }

  /** Yes or no for each of `count` layers, as at least so many numbers 1 and 0 or booleans, if the field is present. */
  optionalFlags(name: string, count: number): readonly boolean[] | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    const isFlag = (each: unknown) => typeof each === "boolean" || each === 0 || each === 1;
    const valid = Array.isArray(value) && value.length >= count && value.every(isFlag);
    return valid ? value.slice(0, count).map(Boolean) : this.#fail(name, `a list of at least ${count} of 0 and 1`);
  }

  /** A list of `count` numbers above 0. */
  positiveNumbers(name: string, count: number): readonly number[] {
    const value = this.#fields[name];
    const isAbove = (each: unknown) => typeof each === "number" && each > 0 && each < Infinity;
    const valid = Array.isArray(value) && value.length === count && value.every(isAbove);
    return valid ? (value as number[]) : this.#fail(name, `a list of ${count} numbers above 0`);
  }

  /** A finite number of at least 0; the field is required. */
  required(name: string): number {
    return this.optionalNumber(name) ?? this.#fail(name, "a number of at least 0");
  }

  /** A whole number of at least 0. */
  integer(name: string, fallback?: number): number {
    const value = this.optionalInteger(name) ?? fallback;
    return value ?? this.#fail(name, "a whole number");
  }

  /** A whole number of at least 0, if the field is present. */
  optionalInteger(name: string): number | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
      return this.#fail(name, "a whole number");
    if (SIZES.has(name) && value < 1) return this.#fail(name, "a whole number above 0");
    const most = LAYERS.has(name) ? MOST_LAYERS : MOST_OF_A_SIZE;
    return value <= most ? value : this.#fail(name, `at most ${most}`);
  }

  /** A token id, if the field is present and not negative: in Python, -1 means none. */
  optionalToken(name: string): number | undefined {
    const value = this.#fields[name];
    return Number.isSafeInteger(value) && (value as number) < 0 ? undefined : this.optionalInteger(name);
  }

  /** A whole number that divides `whole`, as the number of heads divides the width. */
  divisor(name: string, fallback: number, whole: number): number {
    const value = this.integer(name, fallback);
    return value > 0 && whole % value === 0 ? value : this.#fail(name, `a divisor of ${whole}`, value);
  }

  /** A finite number of at least 0. */
  number(name: string, fallback: number): number {
    return this.optionalNumber(name) ?? fallback;
  }

  /** A finite number of at least 0, if the field is present. */
  optionalNumber(name: string): number | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "number" && value >= 0 && value < Infinity) return value;
    return this.#fail(name, "a number of at least 0");
  }

  /** Whole numbers above 0. */
  integers(name: string, fallback: readonly number[]): readonly number[] {
    const value = this.#fields[name] ?? fallback;
    const valid = Array.isArray(value) && value.length <= MOST_LAYERS && value.every(isPositive);
    return valid ? (value as number[]) : this.#fail(name, "a list of whole numbers above 0");
  }

  /** A height and a width, from one whole number for both or a list of two. */
  size(name: string, fallback: number): readonly [height: number, width: number] {
    const value = this.#fields[name] ?? fallback;
    const [height, width, ...rest] = Array.isArray(value) ? (value as unknown[]) : [value, value];
    if (rest.length === 0 && isPositive(height) && isPositive(width)) return [height, width];
    return this.#fail(name, "a whole number above 0 or a list of two");
  }

  /** The names of a classifier's classes: `id2label`, or `num_labels` numbered ones, `fallback` if it says neither. */
  labels(fallback = 2): readonly string[] {
    const value = this.#fields["id2label"];
    if (value === undefined || value === null) {
      const count = this.integer("num_labels", fallback);
      if (count > MOST_LABELS) this.#fail("num_labels", `at most ${MOST_LABELS}, or id2label with the names`);
      return Array.from({ length: count }, (_, i) => `LABEL_${i}`);
    }
    const names = typeof value === "object" ? (value as Record<string, unknown>) : {};
    const labels = Object.keys(names).map((_, i) => names[i]);
    const isName = (label: unknown) => typeof label === "string" || typeof label === "number";
    const valid = typeof value === "object" && labels.every(isName);
    return valid ? labels.map(String) : this.#fail("id2label", "names for the classes 0, 1, ...");
  }

  /** True or false. */
  boolean(name: string, fallback: boolean): boolean {
    const value = this.#fields[name] ?? fallback;
    return typeof value === "boolean" ? value : this.#fail(name, "true or false");
  }

  /** A probability: 0 <= rate < 1. */
  rate(name: string, fallback: number): number {
    const value = this.#fields[name] ?? fallback;
    return typeof value === "number" && value >= 0 && value < 1 ? value : this.#fail(name, "a number in [0, 1)");
  }

  /** The entry of `table` that the field names. */
  oneOf<T>(name: string, table: Readonly<Record<string, T>>, fallback: string): T {
    const value = this.#fields[name] ?? fallback;
    if (typeof value === "string" && Object.hasOwn(table, value)) return table[value] as T;
    return this.#fail(name, `one of ${Object.keys(table).join(", ")}`);
  }

  /** One token id, or a list of them. */
  ids(name: string, fallback: readonly number[]): readonly number[] {
    const value = this.#fields[name] ?? fallback;
    const ids: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!ids.every(Number.isSafeInteger)) return this.#fail(name, "a token id or a list of them");
    return (ids as number[]).filter((id) => id >= 0); // no token has a negative one
  }

  /** Lists of token ids, as `bad_words_ids` is. */
  optionalIdLists(name: string): readonly (readonly number[])[] | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    const isId = (id: unknown) => Number.isSafeInteger(id);
    const valid = Array.isArray(value) && value.every((list) => Array.isArray(list) && list.every(isId));
    return valid ? (value as number[][]) : this.#fail(name, "lists of token ids");
  }

  /** @throws ConfigError naming the field */
  fail(name: string, expected: string): never {
    return this.#fail(name, expected);
  }

  #fail(name: string, expected: string, got = this.#fields[name]): never {
    throw new ConfigError(`config.json: expected ${this.#path}${name} to be ${expected}, got ${describe(got)}`);
  }
}

/** Sizes that must be at least 1. The number of layers may be 0, but where the first has what all share. */
const SIZES: ReadonlySet<string> = new Set([
  ...["vocab_size", "d_model", "hidden_size", "n_embd", "embed_dim", "num_channels"],
  ...["encoder_attention_heads", "decoder_attention_heads", "num_attention_heads", "num_key_value_heads", "n_head"],
  ...["head_dim", "encoder_ffn_dim", "decoder_ffn_dim", "intermediate_size", "n_inner", "window_size"],
  ...["max_position_embeddings", "n_positions", "num_heads", "d_kv", "d_ff", "num_layers", "num_decoder_layers"],
  ...["dim", "n_heads", "hidden_dim", "embedding_size", "num_hidden_groups", "inner_group_num"],
]);
const LAYERS: ReadonlySet<string> = new Set([
  ...["encoder_layers", "decoder_layers", "num_hidden_layers", "n_layer", "num_layers", "num_decoder_layers"],
  ...["n_layers", "inner_group_num"],
]);

const MOST_LAYERS = 10_000;
/** Largest size: no array has more elements. */
const MOST_OF_A_SIZE = 2 ** 31 - 1;

/** The most classes without names, which are then made up: far more than any model has. */
const MOST_LABELS = 100_000;

function isPositive(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value <= MOST_OF_A_SIZE;
}

function describe(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
}

/** The error of a `config.json` that does not fit the model. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Refuses what is no {@link ConfigFields}, above all a `config.json` itself. */
export function checkFields(who: string, fields: ConfigFields): void {
  if (fields instanceof ConfigFields) return;
  throw new TypeError(`${who}: expected fields to be a ConfigFields, got ${describeArgument(fields)}`);
}
