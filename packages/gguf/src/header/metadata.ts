/** The types of a metadata value, in the order of their numbers in a file. */
export const VALUE_TYPES = [
  ...["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "bool", "string", "array"],
  ...["uint64", "int64", "float64"],
] as readonly ValueType[];

/** The type of a metadata value. */
export type ValueType =
  | "uint8"
  | "int8"
  | "uint16"
  | "int16"
  | "uint32"
  | "int32"
  | "float32"
  | "bool"
  | "string"
  | "array"
  | "uint64"
  | "int64"
  | "float64";

/** An array of metadata: the type of its elements, and them. An element of type `array` is an array again. */
export interface MetadataArray {
  readonly of: ValueType;
  readonly values: readonly MetadataScalar[] | readonly MetadataArray[];
}

/** A value without parts; an integer of 64 bits is a bigint where a number cannot hold it. */
export type MetadataScalar = number | bigint | boolean | string;

/** A metadata value with its type in the file, which is kept for writing it again. */
export type MetadataValue =
  | { readonly type: Exclude<ValueType, "array">; readonly value: MetadataScalar }
  | { readonly type: "array"; readonly value: MetadataArray };

/** The metadata of a file by key, in its order. */
export type Metadata = ReadonlyMap<string, MetadataValue>;
