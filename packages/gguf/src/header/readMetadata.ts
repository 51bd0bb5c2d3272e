import { shown } from "../shown.ts";
import type { Cursor } from "./cursor.ts";
import {
  type Metadata,
  type MetadataArray,
  type MetadataScalar,
  type MetadataValue,
  VALUE_TYPES,
  type ValueType,
} from "./metadata.ts";

/** Arrays in arrays; llama.cpp reads none in another. */
const MAX_DEPTH = 8;

/** The fewest bytes that a value of each type takes: no count is believed that the file is too short for. */
const LEAST_BYTES: Readonly<Record<ValueType, number>> = {
  ...{ uint8: 1, int8: 1, bool: 1, uint16: 2, int16: 2, uint32: 4, int32: 4, float32: 4 },
  ...{ uint64: 8, int64: 8, float64: 8, string: 8, array: 12 },
};

/** Reads `count` pairs of a key and a value. @throws GgufError naming the key, and what is wrong with it */
export function readMetadata(cursor: Cursor, count: number): Metadata {
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < count; i++) {
    const key = cursor.string(`key ${i + 1} of ${count}`);
    if (metadata.has(key)) throw cursor.error(`expected every key once, got ${shown(key)} twice`);
    metadata.set(key, readValue(cursor, key));
  }
  return metadata;
}

function readValue(cursor: Cursor, key: string): MetadataValue {
  const type = readType(cursor, key);
  if (type === "array") return { type, value: readArray(cursor, key, 1) };
  return { type, value: READ[type](cursor, key) };
}

function readType(cursor: Cursor, key: string): ValueType {
  const id = cursor.uint32(key);
  const type = VALUE_TYPES[id];
  if (type === undefined) {
    throw cursor.error(`${key}: expected a value of type 0 to ${VALUE_TYPES.length - 1}, got type ${id}`);
  }
  return type;
}

function readArray(cursor: Cursor, key: string, depth: number): MetadataArray {
  if (depth > MAX_DEPTH) throw cursor.error(`${key}: expected arrays nested at most ${MAX_DEPTH} deep, got more`);
  const of = readType(cursor, key);
  const count = cursor.count(LEAST_BYTES[of], key);
  if (of === "array") return { of, values: Array.from({ length: count }, () => readArray(cursor, key, depth + 1)) };
  const read = READ[of];
  const values = new Array<MetadataScalar>(count);
  for (let i = 0; i < count; i++) values[i] = read(cursor, key);
  return { of, values };
}

type Read = (cursor: Cursor, key: string) => MetadataScalar;

const number =
  (width: number, read: (view: DataView, at: number) => number): Read =>
  (cursor, key) =>
    cursor.number(width, read, key);

const READ: Readonly<Record<Exclude<ValueType, "array">, Read>> = {
  uint8: number(1, (view, at) => view.getUint8(at)),
  int8: number(1, (view, at) => view.getInt8(at)),
  uint16: number(2, (view, at) => view.getUint16(at, true)),
  int16: number(2, (view, at) => view.getInt16(at, true)),
  uint32: number(4, (view, at) => view.getUint32(at, true)),
  int32: number(4, (view, at) => view.getInt32(at, true)),
  float32: number(4, (view, at) => view.getFloat32(at, true)),
  float64: number(8, (view, at) => view.getFloat64(at, true)),
  uint64: (cursor, key) => cursor.integer64(false, key),
  int64: (cursor, key) => cursor.integer64(true, key),
  string: (cursor, key) => cursor.string(key),
  bool: (cursor, key) => {
    const byte = cursor.number(1, (view, at) => view.getUint8(at), key);
    if (byte > 1) throw cursor.error(`${key}: expected a bool of 0 or 1, got ${byte}`);
    return byte === 1;
  },
};
