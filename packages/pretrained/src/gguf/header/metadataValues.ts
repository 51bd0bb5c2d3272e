import type { MetadataScalar, MetadataValue, ValueType } from "@qkv/gguf";

/** Metadata that is gathered for a file. */
export type Gathered = Map<string, MetadataValue>;

/** A whole number from 0. */
export function count(value: number): MetadataValue {
  return { type: "uint32", value };
}

/** A number in single precision. */
export function float(value: number): MetadataValue {
  return { type: "float32", value };
}

/** A text. */
export function text(value: string): MetadataValue {
  return { type: "string", value };
}

/** A truth value. */
export function flag(value: boolean): MetadataValue {
  return { type: "bool", value };
}

/** A list of values of one type. */
export function list(of: ValueType, values: readonly MetadataScalar[]): MetadataValue {
  return { type: "array", value: { of, values } };
}
