import { GGML_TYPES, type GgmlType, isGgmlType } from "../ggmlType.ts";
import { GgufError } from "../ggufError.ts";
import { alignmentOf } from "../header/header.ts";
import { aligned } from "../header/readTensors.ts";
import { shown } from "../shown.ts";
import { ByteSink } from "./byteSink.ts";
import { checkText, type MetadataToWrite, typedMetadata, writePair } from "./writeMetadata.ts";

/** A tensor to write: its bytes, or what makes them when their turn comes. */
export interface TensorToWrite {
  /** Sizes in row-major order, as PyTorch has them. */
  readonly shape: readonly number[];
  readonly type: GgmlType;
  /** Its blocks or numbers, row by row. */
  readonly bytes: Uint8Array | (() => Uint8Array | Promise<Uint8Array>);
}

/** Tensors to write by name, in the order of the file. */
export type TensorsToWrite<T extends TensorToWrite> = ReadonlyMap<string, T> | Readonly<Record<string, T>>;

const VERSION = 3;

/**
 * Writes metadata and tensors to the bytes of a file of GGUF 3, in the order given.
 *
 * @throws GgufError if a name, a value or a tensor cannot be stored
 */
export function writeGguf(
  tensors: TensorsToWrite<TensorToWrite & { readonly bytes: Uint8Array }>,
  metadata: MetadataToWrite = {},
): Uint8Array {
  const { header, entries, alignment } = plan("writeGguf", tensors, metadata);
  const total = entries.reduce((end, [, { bytes }]) => end + aligned(bytes.length, alignment), header.length);
  const file = new Uint8Array(total);
  file.set(header);
  let at = header.length;
  for (const [name, tensor] of entries) {
    checkBytes(name, tensor, tensor.bytes);
    file.set(tensor.bytes, at);
    at += aligned(tensor.bytes.length, alignment);
  }
  return file;
}

/**
 * The same file part by part: the header, then each tensor when it is asked for, so that only one is held at a time.
 *
 * @throws GgufError if a name, a value or a tensor cannot be stored
 */
export async function* ggufParts(
  tensors: TensorsToWrite<TensorToWrite>,
  metadata: MetadataToWrite = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { header, entries, alignment } = plan("ggufParts", tensors, metadata);
  yield header;
  for (const [name, tensor] of entries) {
    const bytes = typeof tensor.bytes === "function" ? await tensor.bytes() : tensor.bytes;
    checkBytes(name, tensor, bytes);
    yield bytes;
    const padding = aligned(bytes.length, alignment) - bytes.length;
    if (padding > 0) yield new Uint8Array(padding);
  }
}

function plan<T extends TensorToWrite>(who: string, tensors: TensorsToWrite<T>, given: MetadataToWrite) {
  for (const [what, value] of Object.entries({ tensors, metadata: given })) {
    if (typeof value !== "object" || value === null) {
      throw new GgufError(`${who}: expected ${what} by name, got ${shown(value)}`);
    }
  }
  const entries = [...(tensors instanceof Map ? tensors : Object.entries(tensors))] as [string, T][];
  const metadata = typedMetadata(given);
  const alignment = alignmentOf(metadata, who);
  const sink = new ByteSink();
  sink.uint32(0x46554747); // GGUF
  sink.uint32(VERSION);
  sink.uint64(entries.length);
  sink.uint64(metadata.size);
  for (const [key, value] of metadata) writePair(sink, key, value);
  let offset = 0;
  for (const [name, tensor] of entries) {
    writeInfo(sink, name, tensor, offset);
    offset += aligned(bytesOf(tensor), alignment);
  }
  sink.align(alignment);
  return { header: sink.bytes, entries, alignment };
}

function writeInfo(sink: ByteSink, name: string, tensor: TensorToWrite, offset: number): void {
  checkText(name, name);
  checkTensor(name, tensor);
  sink.string(name);
  sink.uint32(tensor.shape.length);
  for (const size of [...tensor.shape].reverse()) sink.uint64(size);
  sink.uint32(GGML_TYPES[tensor.type].id);
  sink.uint64(offset);
}

function checkTensor(name: string, tensor: TensorToWrite): void {
  const { shape, type } = tensor ?? {};
  if (!isGgmlType(type)) {
    throw new GgufError(`${name}: expected a type of ${Object.keys(GGML_TYPES).join(", ")}, got ${shown(type)}`);
  }
  if (!Array.isArray(shape) || shape.length > 4 || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new GgufError(`${name}: expected a shape of at most 4 whole numbers, got ${shown(shape)}`);
  }
  const { blockSize } = GGML_TYPES[type];
  if ((tensor.shape.at(-1) ?? 1) % blockSize !== 0) {
    throw new GgufError(
      `${name}: expected rows of whole blocks of ${blockSize} values for ${type}, got ${shown(shape)}`,
    );
  }
}

function checkBytes(name: string, tensor: TensorToWrite, bytes: Uint8Array): void {
  const expected = bytesOf(tensor);
  if (bytes instanceof Uint8Array && bytes.length === expected) return;
  const got = bytes instanceof Uint8Array ? bytes.length : shown(bytes);
  throw new GgufError(`${name}: expected ${expected} bytes for ${tensor.type} ${shown(tensor.shape)}, got ${got}`);
}

function bytesOf({ shape, type }: TensorToWrite): number {
  const { blockSize, blockBytes } = GGML_TYPES[type];
  return (shape.reduce((product, size) => product * size, 1) / blockSize) * blockBytes;
}
