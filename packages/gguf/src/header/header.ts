import { GgufError } from "../ggufError.ts";
import { shown } from "../shown.ts";
import { Cursor, type CursorOptions } from "./cursor.ts";
import type { Metadata } from "./metadata.ts";
import { readMetadata } from "./readMetadata.ts";
import { aligned, placeTensors, readTensors, type TensorInfo } from "./readTensors.ts";

/** The beginning of a file: its metadata, and where its tensors stand. */
export interface GgufHeader {
  readonly version: number;
  readonly metadata: Metadata;
  /** Tensors by name, in the order of the file. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Each tensor's data begins at a multiple of so many bytes from `dataStart`. */
  readonly alignment: number;
  readonly dataStart: number;
}

/** The least bytes of a key with its value, and of a tensor's name, shape, type and offset. */
const LEAST_PAIR = 8 + 4 + 1;
const LEAST_TENSOR = 8 + 4 + 4 + 8;
const DEFAULT_ALIGNMENT = 32;

/** Reads a header from the beginning of a file. @throws GgufError, or WindowTooShort if more of the file is needed */
export function readHeader(bytes: Uint8Array, options: CursorOptions): GgufHeader {
  const cursor = new Cursor(bytes, options);
  const version = readVersion(cursor);
  const tensorCount = cursor.count(LEAST_TENSOR, "the number of tensors");
  const metadata = readMetadata(cursor, cursor.count(LEAST_PAIR, "the number of keys"));
  const infos = readTensors(cursor, tensorCount);
  const alignment = alignmentOf(metadata, options.file);
  const dataStart = aligned(cursor.position, alignment);
  const tensors = placeTensors(options.file, infos, dataStart, alignment);
  if (options.fileBytes !== undefined) checkFileBytes(options.file, tensors, options.fileBytes);
  return { version, metadata, tensors, alignment, dataStart };
}

function readVersion(cursor: Cursor): number {
  const magic = cursor.uint32("GGUF");
  if (magic !== 0x46554747) {
    const text = String.fromCharCode(...[0, 8, 16, 24].map((shift) => (magic >>> shift) & 255));
    throw cursor.error(`expected a file that begins with "GGUF", got ${shown(text)}`);
  }
  const version = cursor.uint32("version");
  if (version !== 0 && (version & 0xffff) === 0) {
    throw cursor.error("expected a little-endian file, got a big-endian one, as gguf-convert-endian makes");
  }
  if (version !== 2 && version !== 3) throw cursor.error(`expected GGUF of version 2 or 3, got version ${version}`);
  return version;
}

/** The alignment that a file's metadata asks for, 32 without. @throws GgufError if it is no power of two */
export function alignmentOf(metadata: Metadata, file: string): number {
  const given = metadata.get("general.alignment");
  if (given === undefined) return DEFAULT_ALIGNMENT;
  const { type, value } = given;
  if (type === "uint32" && typeof value === "number" && value > 0 && (value & (value - 1)) === 0) return value;
  const got = type === "uint32" ? String(value) : `a value of type ${type}`;
  throw new GgufError(`${file}: general.alignment: expected a power of two of type uint32, got ${got}`);
}

/** Checks the length of a whole file against its tensors. @throws GgufError naming the one in which it ends */
export function checkFileBytes(file: string, tensors: ReadonlyMap<string, TensorInfo>, fileBytes: number): void {
  for (const [name, { offset, byteLength }] of tensors) {
    const end = offset + byteLength;
    if (end > fileBytes) {
      throw new GgufError(
        `${file}: ${name}: expected ${byteLength} bytes from byte ${offset} to ${end}, got a file that ends at byte ${fileBytes}`,
      );
    }
  }
}
