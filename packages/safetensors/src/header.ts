import { type Dtype, DTYPE_BYTES, isDtype } from "./dtype.ts";
import { duplicateKey } from "./duplicateKey.ts";
import { SafetensorsError } from "./safetensorsError.ts";
import { shown } from "./shown.ts";

/** The range of a tensor in its file's data, in bytes from the data's start. */
export interface TensorEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** The header of a file: its tensors, metadata and sizes. */
export interface SafetensorsHeader {
  /** Tensors by name, in the order of the data. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** The offset of the data, in bytes from the start of the file. */
  readonly dataStart: number;
  /** The expected length of the whole file. */
  readonly fileBytes: number;
}

/** 100 MB, the format's own limit: a false length must not allocate the machine's memory. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Reads and checks the header of a file from at least its first `8 + header length` bytes.
 *
 * The length is in the first 8 bytes; {@link headerBytes} reads it.
 *
 * @throws SafetensorsError saying what is wrong with it
 */
export function parseHeader(bytes: Uint8Array): SafetensorsHeader {
  const length = headerBytes(bytes);
  const dataStart = 8 + length;
  if (bytes.length < dataStart) {
    throw new SafetensorsError(
      `safetensors: expected a header of ${length} bytes, got ${bytes.length - 8} before the end`,
    );
  }
  const { metadata, tensors } = parseJson(bytes.subarray(8, dataStart));
  const entries = tensors.map(([name, value]): [string, TensorEntry] => [name, parseEntry(name, value)]);
  entries.sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  return { entries: new Map(entries), metadata, dataStart, fileBytes: dataStart + endOfData(entries) };
}

/**
 * Reads the length of the header from the first 8 bytes of a file.
 *
 * @throws SafetensorsError if there are fewer bytes, or the length is impossible
 */
export function headerBytes(bytes: Uint8Array): number {
  if (!(bytes instanceof Uint8Array)) {
    const got = typeof bytes === "string" ? "a string" : Object.prototype.toString.call(bytes).slice(8, -1);
    throw new SafetensorsError(`safetensors: expected a file's bytes, a Uint8Array, got ${got}`);
  }
  if (bytes.length < 8) throw new SafetensorsError(`safetensors: expected at least 8 bytes, got ${bytes.length}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw new SafetensorsError(`safetensors: expected a header of at most ${MAX_HEADER_BYTES} bytes, got ${length}`);
  }
  return Number(length);
}

/**
 * Checks the size of a whole file against its header.
 *
 * @throws SafetensorsError saying where the file ends
 */
export function checkFileBytes({ entries, dataStart, fileBytes }: SafetensorsHeader, got: number): void {
  if (got === fileBytes) return;
  const cut = [...entries].find(([, { end }]) => dataStart + end > got)?.[0];
  const where = cut === undefined ? "after the last tensor" : `in ${cut}`;
  throw new SafetensorsError(`safetensors: expected a file of ${fileBytes} bytes, got ${got}: it ends ${where}`);
}

interface RawHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly [string, unknown][];
}

function parseJson(bytes: Uint8Array): RawHeader {
  const text = decodeUtf8(bytes);
  if (!text.startsWith("{")) {
    throw new SafetensorsError(`safetensors: expected a header that begins with {, got ${shown(text.slice(0, 1))}`);
  }
  const header = parseObject(text);
  const twice = duplicateKey(text);
  if (twice !== undefined)
    throw new SafetensorsError(`safetensors: expected every name once in the header, got ${shown(twice)} twice`);
  const tensors = Object.entries(header).filter(([name]) => name !== "__metadata__");
  return { metadata: parseMetadata(header["__metadata__"]), tensors };
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SafetensorsError("safetensors: expected a header in UTF-8, got other bytes");
  }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>; // it begins with {
  } catch {
    throw new SafetensorsError("safetensors: expected a header in JSON, got text that is not");
  }
}

function parseMetadata(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw new SafetensorsError(`__metadata__: expected an object of strings, got ${shown(value)}`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") {
      throw new SafetensorsError(`__metadata__.${key}: expected a string, got ${shown(text)}`);
    }
  }
  return value as Record<string, string>;
}

function parseEntry(name: string, value: unknown): TensorEntry {
  if (!isRecord(value)) {
    throw new SafetensorsError(`${name}: expected an object with dtype, shape and data_offsets, got ${shown(value)}`);
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    throw new SafetensorsError(
      `${name}: expected a dtype of ${Object.keys(DTYPE_BYTES).join(", ")}, got ${shown(dtype)}`,
    );
  }
  if (!isSizes(shape)) {
    throw new SafetensorsError(`${name}: expected a shape of whole numbers, got ${shown(shape)}`);
  }
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw new SafetensorsError(`${name}: expected two data_offsets, got ${shown(offsets)}`);
  }
  const [start, end] = offsets as [number, number];
  const bytes = shape.reduce((product, dim) => product * dim, DTYPE_BYTES[dtype]);
  if (end - start !== bytes) {
    throw new SafetensorsError(`${name}: expected ${bytes} bytes for ${dtype} ${shown(shape)}, got ${end - start}`);
  }
  return { dtype, shape, start, end };
}

/** The end of the data: every byte of it must belong to exactly one tensor. */
function endOfData(sorted: readonly [string, TensorEntry][]): number {
  let end = 0;
  for (const [name, entry] of sorted) {
    if (entry.start !== end) {
      const kind = entry.start > end ? "a gap" : "an overlap";
      throw new SafetensorsError(
        `${name}: expected data that begins at byte ${end}, got ${kind}: it begins at byte ${entry.start}`,
      );
    }
    end = entry.end;
  }
  return end;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
