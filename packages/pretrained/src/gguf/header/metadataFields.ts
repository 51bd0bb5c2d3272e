import type { Metadata, MetadataArray, MetadataScalar } from "@qkv/gguf";
import { PretrainedError } from "../../files/pretrainedError.ts";

/** The metadata of a GGUF file, read by type, and which keys were not asked for. */
export class MetadataFields {
  readonly #metadata: Metadata;
  readonly #path: string;
  readonly #asked = new Set<string>();

  /** @param path the file, for messages */
  constructor(metadata: Metadata, path: string) {
    this.#metadata = metadata;
    this.#path = path;
  }

  has(key: string): boolean {
    return this.#metadata.has(key);
  }

  number(key: string): number | undefined {
    return this.#read(key, "a number", (value) => typeof value === "number");
  }

  requiredNumber(key: string): number {
    return this.number(key) ?? this.fail(key, "a number", "nothing");
  }

  string(key: string): string | undefined {
    return this.#read(key, "text", (value) => typeof value === "string");
  }

  boolean(key: string): boolean | undefined {
    return this.#read(key, "a boolean", (value) => typeof value === "boolean");
  }

  strings(key: string): readonly string[] | undefined {
    return this.#list(key, "a list of texts", (value) => typeof value === "string");
  }

  numbers(key: string): readonly number[] | undefined {
    return this.#list(key, "a list of numbers", (value) => typeof value === "number");
  }

  /** A list of booleans; undefined for a key that has no list. */
  flags(key: string): readonly boolean[] | undefined {
    if (this.#metadata.get(key)?.type !== "array") return undefined;
    return this.#list(key, "a list of booleans", (value) => typeof value === "boolean");
  }

  /** A number, or the one that each layer has. Layers that differ are refused. */
  sameNumber(key: string): number | undefined {
    if (this.#metadata.get(key)?.type !== "array") return this.number(key);
    const [first, ...others] = this.numbers(key) ?? [];
    const other = others.find((value) => value !== first);
    if (other !== undefined) this.fail(key, "the same number in every layer", `${first} and ${other}`);
    return first;
  }

  /** Expects a key to be absent, or to have one of the values that change nothing. */
  expectNeutral(key: string, neutral: readonly MetadataScalar[]): void {
    this.#asked.add(key);
    const value = this.#metadata.get(key)?.value;
    if (value === undefined || neutral.includes(value as MetadataScalar)) return;
    this.fail(
      key,
      `nothing${neutral.map((each) => ` or ${String(each)}`).join("")}, as it is not known here`,
      shown(value),
    );
  }

  /** Whether a key was asked for. */
  wasAsked(key: string): boolean {
    return this.#asked.has(key);
  }

  /** Refuses keys that begin with `prefix` and were not asked for, since they may change every number, but for harmless ones. */
  expectNoOthers(prefix: string, harmless = /^$/): void {
    const isOther = (key: string) => key.startsWith(prefix) && !this.#asked.has(key) && !harmless.test(key);
    const other = [...this.#metadata.keys()].find(isOther);
    if (other === undefined) return;
    this.fail(
      other,
      "no field that is not known here, since it may change every number",
      shown(this.#metadata.get(other)?.value),
    );
  }

  fail(key: string, expected: string, got: string): never {
    throw new PretrainedError(`${this.#path}: ${key}: expected ${expected}, got ${got}`);
  }

  #read<T>(key: string, expected: string, isRight: (value: unknown) => boolean): T | undefined {
    this.#asked.add(key);
    const value = this.#metadata.get(key)?.value;
    if (value === undefined || isRight(value)) return value as T | undefined;
    return this.fail(key, expected, shown(value));
  }

  #list<T>(key: string, expected: string, isRight: (value: unknown) => boolean): readonly T[] | undefined {
    this.#asked.add(key);
    const value = this.#metadata.get(key)?.value as MetadataArray | undefined;
    if (value === undefined) return undefined;
    if (!Array.isArray(value.values) || !value.values.every(isRight)) this.fail(key, expected, shown(value));
    return value.values as readonly T[];
  }
}

function shown(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value)?.slice(0, 80) ?? "nothing";
  const { of, values } = value as MetadataArray;
  return `${values.length} values of type ${of}`;
}
