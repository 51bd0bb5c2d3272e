import type { GgmlType } from "./ggmlType.ts";
import { GgufError } from "./ggufError.ts";
import { type GgufHeader, readHeader } from "./header/header.ts";
import { shown } from "./shown.ts";

/** A tensor as a file holds it: its blocks or numbers, row by row. */
export interface GgufTensor {
  /** Sizes in row-major order, as PyTorch has them. */
  readonly shape: readonly number[];
  readonly type: GgmlType;
  readonly bytes: Uint8Array;
}

/** The contents of a file. */
export interface Gguf extends Pick<GgufHeader, "version" | "metadata" | "alignment"> {
  /** Tensors by name, in the order of the file. */
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/**
 * Reads a whole file of GGUF 2 or 3, little endian. The tensors are views of `bytes`; nothing is copied.
 *
 * @param file the name of the file in errors
 * @throws GgufError if it is cut off or lies about itself
 */
export function parseGguf(bytes: Uint8Array, file = "gguf"): Gguf {
  if (!(bytes instanceof Uint8Array)) {
    throw new GgufError(`parseGguf: expected a file's bytes, a Uint8Array, got ${shown(bytes)}`);
  }
  const header = readHeader(bytes, { file, fileBytes: bytes.length, maxHeaderBytes: bytes.length });
  const { version, metadata, alignment } = header;
  const tensors = new Map<string, GgufTensor>();
  for (const [name, { shape, type, offset, byteLength }] of header.tensors) {
    tensors.set(name, { shape, type, bytes: bytes.subarray(offset, offset + byteLength) });
  }
  return { version, metadata, alignment, tensors };
}
