import type { PackedEntry } from "@qkv/nn";
import { packHalves } from "@qkv/ops";
import { PretrainedError } from "../files/pretrainedError.ts";
import type { StoredType } from "../files/storedArray.ts";

const HALVES: Readonly<Record<string, "f16" | "bf16">> = { F16: "f16", BF16: "bf16" };

/**
 * The packed form of a matrix of halves, as it is stored; undefined for arrays of other types and ranks.
 *
 * @param where the file and the array, for messages
 * @param read reads all its bytes, rows in the order of the model's
 */
export function packedHalves(
  where: string,
  type: StoredType,
  shape: readonly number[],
  read: () => Promise<Uint8Array>,
): PackedEntry | undefined {
  const format = HALVES[type];
  const [rows = 0, columns = 0] = shape;
  if (format === undefined || shape.length !== 2 || rows * columns === 0) return undefined;
  return { format, read: async () => halvesOf(where, format, [rows, columns], await read()) };
}

function halvesOf(where: string, format: "f16" | "bf16", shape: readonly [number, number], bytes: Uint8Array) {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : Uint8Array.from(bytes);
  try {
    return packHalves(format, new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length / 2), shape);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const way = 'load it with { dtype: "float32" } to look at it';
    throw new PretrainedError(`${where}: expected finite numbers, got one that is not: ${way}`, { cause: error });
  }
}
