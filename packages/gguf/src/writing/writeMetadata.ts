import { GgufError } from "../ggufError.ts";
import {
  type Metadata,
  type MetadataArray,
  type MetadataScalar,
  type MetadataValue,
  VALUE_TYPES,
  type ValueType,
} from "../header/metadata.ts";
import { shown } from "../shown.ts";
import type { ByteSink } from "./byteSink.ts";

/** Metadata to write: text and booleans as they are, numbers and arrays with their type. */
export type MetadataToWrite = Metadata | Readonly<Record<string, MetadataValue | string | boolean>>;

/** Metadata with a type for every value. */
export function typedMetadata(metadata: MetadataToWrite): Metadata {
  const pairs = metadata instanceof Map ? [...(metadata as Metadata)] : Object.entries(metadata);
  return new Map(pairs.map(([key, value]) => [key, typed(value)]));
}

function typed(value: MetadataValue | string | boolean): MetadataValue {
  if (typeof value === "string") return { type: "string", value };
  return typeof value === "boolean" ? { type: "bool", value } : value;
}

/** Appends a key and its value. @throws GgufError if the value is none of its type */
export function writePair(sink: ByteSink, key: string, value: MetadataValue): void {
  checkText(key, key);
  const type = value?.type;
  if (!VALUE_TYPES.includes(type)) {
    throw new GgufError(`${key}: expected a value with a type of ${VALUE_TYPES.join(", ")}, got ${shown(value)}`);
  }
  sink.string(key);
  sink.uint32(VALUE_TYPES.indexOf(type));
  if (value.type === "array") writeArray(sink, key, value.value);
  else WRITE[value.type](sink, value.value, key);
}

function writeArray(sink: ByteSink, key: string, { of, values }: MetadataArray): void {
  if (!VALUE_TYPES.includes(of)) {
    throw new GgufError(`${key}: expected an array of ${VALUE_TYPES.join(", ")}, got one of ${shown(of)}`);
  }
  sink.uint32(VALUE_TYPES.indexOf(of));
  sink.uint64(values.length);
  for (const value of values) {
    if (of === "array") writeArray(sink, key, value as MetadataArray);
    else WRITE[of](sink, value as MetadataScalar, key);
  }
}

type Write = (sink: ByteSink, value: MetadataScalar, key: string) => void;

/** Writes whole numbers of a type that holds those from `least` to `most`. */
function whole(bits: number, signed: boolean, write: (view: DataView, value: bigint) => void): Write {
  const least = signed ? -(1n << BigInt(bits - 1)) : 0n;
  const most = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
  return (sink, value, key) => {
    const integer = typeof value === "bigint" || Number.isSafeInteger(value) ? BigInt(value) : undefined;
    if (integer === undefined || integer < least || integer > most) {
      throw new GgufError(`${key}: expected a whole number from ${least} to ${most}, got ${shown(value)}`);
    }
    sink.append(bits / 8, (view) => write(view, integer));
  };
}

function float(width: number, write: (view: DataView, value: number) => void): Write {
  return (sink, value, key) => {
    if (typeof value !== "number") throw new GgufError(`${key}: expected a number, got ${shown(value)}`);
    sink.append(width, (view) => write(view, value));
  };
}

const WRITE: Readonly<Record<Exclude<ValueType, "array">, Write>> = {
  uint8: whole(8, false, (view, value) => view.setUint8(0, Number(value))),
  int8: whole(8, true, (view, value) => view.setInt8(0, Number(value))),
  uint16: whole(16, false, (view, value) => view.setUint16(0, Number(value), true)),
  int16: whole(16, true, (view, value) => view.setInt16(0, Number(value), true)),
  uint32: whole(32, false, (view, value) => view.setUint32(0, Number(value), true)),
  int32: whole(32, true, (view, value) => view.setInt32(0, Number(value), true)),
  uint64: whole(64, false, (view, value) => view.setBigUint64(0, value, true)),
  int64: whole(64, true, (view, value) => view.setBigInt64(0, value, true)),
  float32: float(4, (view, value) => view.setFloat32(0, value, true)),
  float64: float(8, (view, value) => view.setFloat64(0, value, true)),
  bool: (sink, value, key) => {
    if (typeof value !== "boolean") throw new GgufError(`${key}: expected a boolean, got ${shown(value)}`);
    sink.append(1, (view) => view.setUint8(0, value ? 1 : 0));
  },
  string: (sink, value, key) => {
    checkText(value, key);
    sink.string(value);
  },
};

/** Expects text that UTF-8 can hold. */
export function checkText(text: unknown, where: string): asserts text is string {
  if (typeof text !== "string" || /\p{Surrogate}/u.test(text)) {
    throw new GgufError(`${where}: expected well-formed text, got ${shown(text)}`);
  }
}
