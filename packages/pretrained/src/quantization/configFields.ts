import { PretrainedError } from "../files/pretrainedError.ts";

/** The fields of a config of quantization, read by type, and which of them were not asked for. */
export class ConfigFields {
  readonly #json: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #asked = new Set<string>();

  /** @param path the file and the config in it, for messages */
  constructor(json: Readonly<Record<string, unknown>>, path: string) {
    this.#json = json;
    this.#path = path;
  }

  /** The names of all fields. */
  get names(): readonly string[] {
    return Object.keys(this.#json);
  }

  /** The value of a field, of any type; undefined if it is null. */
  value(name: string): unknown {
    this.#asked.add(name);
    return (Object.hasOwn(this.#json, name) ? this.#json[name] : undefined) ?? undefined;
  }

  /** The type of a field's value: as `typeof` has it, but `list` and `nothing`. */
  typeOf(name: string): string {
    const value = this.#json[name];
    return Array.isArray(value) ? "list" : value === null ? "nothing" : typeof value;
  }

  /** A field whose value is one of several. */
  choice<T extends string | number | boolean>(name: string, choices: readonly T[], otherwise?: T): T {
    const value = this.value(name) ?? otherwise;
    const found = choices.find((choice) => choice === value || lowerCase(value) === choice);
    return found ?? this.fail(name, choices.join(" or "), value);
  }

  /** A whole number of at least 1, or one of those named. */
  size(name: string, others: readonly number[] = [], otherwise?: number): number {
    const value = this.value(name) ?? otherwise;
    const isSize = Number.isSafeInteger(value) && ((value as number) >= 1 || others.includes(value as number));
    return isSize ? (value as number) : this.fail(name, ["a size", ...others].join(" or "), value);
  }

  /** Two sizes in a list. */
  sizes(name: string): readonly [number, number] {
    const value = this.value(name);
    const isPair =
      Array.isArray(value) && value.length === 2 && value.every((each) => Number.isSafeInteger(each) && each > 0);
    return isPair ? (value as [number, number]) : this.fail(name, "two sizes", value);
  }

  /** A list of texts; empty if there is none. */
  texts(name: string): readonly string[] {
    const value = this.value(name) ?? [];
    const isList = Array.isArray(value) && value.every((each) => typeof each === "string");
    return isList ? (value as string[]) : this.fail(name, "a list of names", value);
  }

  /** The fields of an object that is a field; undefined if there is none. */
  within(name: string): ConfigFields | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value !== "object" || Array.isArray(value)) return this.fail(name, "an object", value);
    return new ConfigFields(value as Record<string, unknown>, `${this.#path}.${name}`);
  }

  /** Takes fields that change no number, whatever their values. */
  ignore(names: readonly string[]): void {
    for (const name of names) this.#asked.add(name);
  }

  /** Refuses every field that was not asked for, unless it is empty: it may change numbers. */
  refuseOthers(): void {
    const isEmpty = (value: unknown) =>
      value === null ||
      value === false ||
      value === "" ||
      (typeof value === "object" && Object.keys(value).length === 0);
    const other = this.names.find((name) => !this.#asked.has(name) && !isEmpty(this.#json[name]));
    if (other !== undefined) this.fail(other, "no field that is not known here", this.#json[other]);
  }

  /** @throws PretrainedError naming the file and the field */
  fail(name: string, expected: string, got: unknown): never {
    const shown = got === undefined ? "nothing" : JSON.stringify(got).slice(0, 80);
    throw new PretrainedError(`${this.#path}.${name}: expected ${expected}, got ${shown}`);
  }
}

/** Tools write the names of formats in upper and lower case. */
function lowerCase(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}
