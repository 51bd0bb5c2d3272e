import { GGML_TYPES, type GgmlType, isQuantized, quantizedGroups, type QuantizedGroups } from "@qkv/gguf";
import type { PackedEntry } from "@qkv/nn";
import { packCodes } from "@qkv/ops";
import { PretrainedError } from "../files/pretrainedError.ts";

/** Values of a run of rows that is read and unpacked at a time: memory holds no more of them. */
const RUN_VALUES = 2 ** 18;

/**
 * The packed form of a matrix of blocks; undefined for arrays of other types and ranks, and rows that are no multiple of 32.
 *
 * @param where the file and the array, for messages
 * @param read reads its bytes from `start` to `end`, rows in the order of the model's
 */
export function packedBlocks(
  where: string,
  type: GgmlType,
  shape: readonly number[],
  read: (start: number, end: number) => Promise<Uint8Array>,
): PackedEntry | undefined {
  const [rows = 0, columns = 0] = shape;
  if (!isQuantized(type) || shape.length !== 2 || rows * columns === 0 || columns % 32 !== 0) return undefined;
  const { bits, groupSize, zero, offsets } = quantizedGroups(type, new Uint8Array(GGML_TYPES[type].blockBytes));
  const format = { bits, groupSize, zero, hasOffsets: offsets !== undefined };
  return { format, read: () => packCodes(format, runsOf(where, type, [rows, columns], read), [rows, columns]) };
}

async function* runsOf(
  where: string,
  type: GgmlType,
  [rows, columns]: readonly [rows: number, columns: number],
  read: (start: number, end: number) => Promise<Uint8Array>,
): AsyncGenerator<QuantizedGroups> {
  const { blockSize, blockBytes } = GGML_TYPES[type];
  const rowBytes = (columns / blockSize) * blockBytes;
  const rowsOfRun = 4 * Math.max(1, Math.floor(RUN_VALUES / (4 * columns)));
  let groups: QuantizedGroups | undefined;
  for (let row = 0; row < rows; row += rowsOfRun) {
    const bytes = await read(row * rowBytes, Math.min(rows, row + rowsOfRun) * rowBytes);
    const run = quantizedGroups(type, bytes, groups);
    groups ??= run;
    checkFinite(where, run.scales);
    if (run.offsets !== undefined) checkFinite(where, run.offsets);
    yield run;
  }
}

function checkFinite(where: string, scales: Float32Array): void {
  for (const scale of scales) {
    if (!Number.isFinite(scale))
      throw new PretrainedError(`${where}: expected blocks with finite scales, got one of ${scale}`);
  }
}
