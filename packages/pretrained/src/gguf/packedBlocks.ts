import { GGML_TYPES, type GgmlType, isQuantized, quantizedGroups, type QuantizedGroups } from "@qkv/gguf";
import type { PackedEntry } from "@qkv/nn";
import { packCodes } from "@qkv/ops";
import { PretrainedError } from "../files/pretrainedError.ts";

/** Runs of rows that are unpacked at a time: their codes stay in the processor's cache. */
const RUN_VALUES = 65_536;

/**
 * The packed form of a matrix of blocks; undefined for arrays of other types and ranks, and rows that are no multiple of 32.
 *
 * @param where the file and the array, for messages
 * @param read reads all its bytes, rows in the order of the model's
 */
export function packedBlocks(
  where: string,
  type: GgmlType,
  shape: readonly number[],
  read: () => Promise<Uint8Array>,
): PackedEntry | undefined {
  const [rows = 0, columns = 0] = shape;
  if (!isQuantized(type) || shape.length !== 2 || rows * columns === 0 || columns % 32 !== 0) return undefined;
  const { bits, groupSize, zero, offsets } = quantizedGroups(type, new Uint8Array(GGML_TYPES[type].blockBytes));
  return {
    format: { bits, groupSize, zero, hasOffsets: offsets !== undefined },
    read: async () => packCodes(runsOf(where, type, columns, await read()), [rows, columns]),
  };
}

function* runsOf(where: string, type: GgmlType, columns: number, bytes: Uint8Array): Generator<QuantizedGroups> {
  const { blockSize, blockBytes } = GGML_TYPES[type];
  const rowBytes = (columns / blockSize) * blockBytes;
  const runBytes = 4 * Math.max(1, Math.floor(RUN_VALUES / (4 * columns))) * rowBytes;
  let groups: QuantizedGroups | undefined;
  for (let from = 0; from < bytes.length; from += runBytes) {
    const run = quantizedGroups(type, bytes.subarray(from, from + runBytes), groups);
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
