import type { PackedEntry } from "@qkv/nn";
import { type PackedTensor, packHalfParts } from "@qkv/ops";
import { PretrainedError } from "../files/pretrainedError.ts";
import type { StoredArray, StoredType } from "../files/storedArray.ts";

const HALVES: Readonly<Record<string, "f16" | "bf16">> = { F16: "f16", BF16: "bf16" };

/**
 * The packed form of a matrix of halves, as it is stored; undefined for arrays of other types and ranks.
 *
 * @param where the file and the array, for messages
 * @param read reads its bytes from `start` to `end`, rows in the order of the model's, perhaps into memory of as many
 */
export function packedHalves(
  where: string,
  type: StoredType,
  shape: readonly number[],
  read: StoredArray["readBytes"],
): PackedEntry | undefined {
  const format = HALVES[type];
  const [rows = 0, columns = 0] = shape;
  if (format === undefined || shape.length !== 2 || rows * columns === 0) return undefined;
  return { format, read: () => halvesOf(where, format, [rows, columns], read) };
}

async function halvesOf(
  where: string,
  format: "f16" | "bf16",
  shape: readonly [number, number],
  read: StoredArray["readBytes"],
): Promise<PackedTensor> {
  try {
    return await packHalfParts(format, partsOf(shape[0] * shape[1], read), shape);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const way = 'load it with { dtype: "float32" } to look at it';
    throw new PretrainedError(`${where}: expected finite numbers, got one that is not: ${way}`, { cause: error });
  }
}

/** Bytes that are read at a time: memory holds no more of them. */
const PART = 2 ** 22;

async function* partsOf(halves: number, read: StoredArray["readBytes"]): AsyncGenerator<Uint16Array> {
  const memory = new Uint8Array(Math.min(PART, 2 * halves));
  for (let start = 0; start < 2 * halves; start += PART) {
    const end = Math.min(start + PART, 2 * halves);
    const bytes = await read(start, end, memory.subarray(0, end - start));
    const aligned = bytes.byteOffset % 2 === 0 ? bytes : Uint8Array.from(bytes);
    yield new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length / 2);
  }
}
