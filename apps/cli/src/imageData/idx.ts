import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { UsageError } from "../usageError.ts";

/** Bytes with a shape, as an idx file holds them. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/** The array in an idx file, the format of MNIST (http://yann.lecun.com/exdb/mnist); .gz is unpacked. */
export async function readIdx(file: string): Promise<IdxArray> {
  const bytes = await readFile(file);
  const unpack = async () => (file.endsWith(".gz") ? promisify(gunzip)(bytes) : bytes);
  return parseIdx(
    await unpack().catch((error: Error) => {
      throw new UsageError(`${file}: expected a whole gzip file, got ${error.message}`);
    }),
    file,
  );
}

/** Two zeros, the type of the values, the number of axes; each axis' size in 4 bytes, the high one first; the values. */
export function parseIdx(bytes: Uint8Array, file: string): IdxArray {
  const [zero, alsoZero, type, axes = 0] = bytes;
  if (bytes.length < 4 || zero !== 0 || alsoZero !== 0 || type !== UNSIGNED_BYTE || bytes.length < 4 + 4 * axes) {
    throw new UsageError(`${file}: expected an idx file of bytes, got one that begins ${[...bytes.subarray(0, 4)]}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const data = bytes.subarray(4 + 4 * axes);
  const size = shape.reduce((product, length) => product * length, 1);
  if (data.length !== size) {
    throw new UsageError(`${file}: expected ${size} bytes for [${shape}], got ${data.length}`);
  }
  return { shape, data };
}
