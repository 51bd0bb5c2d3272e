import { checkFileBytes, parseHeader } from "./header.ts";
import type { SafeTensor } from "./safeTensor.ts";

/** The contents of a file: named tensors in the order of its data, and its free-form metadata. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a whole file, strictly: a truncated, padded or inconsistent one is a {@link SafetensorsError}.
 * The tensors are views of `bytes`; nothing is copied.
 */
export function parseSafetensors(bytes: Uint8Array): Safetensors {
  const header = parseHeader(bytes);
  checkFileBytes(header, bytes.length);
  const tensors = new Map<string, SafeTensor>();
  for (const [name, { dtype, shape, start, end }] of header.entries) {
    tensors.set(name, { dtype, shape, bytes: bytes.subarray(header.dataStart + start, header.dataStart + end) });
  }
  return { tensors, metadata: header.metadata };
}
