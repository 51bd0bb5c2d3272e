import { GGML_TYPES } from "./ggmlType.ts";
import { GgufError } from "./ggufError.ts";
import { K_PACKING } from "./packing/kPacking.ts";
import type { Packing } from "./packing/packing.ts";
import { PLAIN_PACKING } from "./packing/plainPacking.ts";
import { TABLE_PACKING } from "./packing/tablePacking.ts";
import { groupFormatOf, isQuantized, type QuantizedGroups, type QuantizedType } from "./quantizedGroups.ts";
import { shown } from "./shown.ts";

const PACKING: Readonly<Record<QuantizedType, Packing>> = { ...PLAIN_PACKING, ...K_PACKING, ...TABLE_PACKING };

const NONE = new Float32Array(0);

/**
 * Packs codes, scales and offsets to blocks of a type that holds them exactly: the inverse of {@link quantizedGroups}.
 *
 * @returns undefined if the type does not hold them: another number of bits or groups, codes out of its range, scales that
 *   half precision does not have, or that are no multiples of one number where a block has one
 * @throws GgufError if the type is not quantized, or there are no whole blocks of codes, each with its scale
 */
export function packBlocks(type: QuantizedType, groups: QuantizedGroups): Uint8Array | undefined {
  if (!isQuantized(type)) throw new GgufError(`packBlocks: expected a quantized type, got ${shown(type)}`);
  const format = groupFormatOf(type);
  const { blockSize, blockBytes } = GGML_TYPES[type];
  const { codes, scales, offsets = NONE, bits, groupSize, zero } = checkGroups(groups);
  const hasOffsets = groups.offsets !== undefined;
  if (codes.length % blockSize !== 0) {
    throw new GgufError(`packBlocks: expected whole blocks of ${blockSize} codes for ${type}, got ${codes.length}`);
  }
  const isOfFormat = bits === format.bits && groupSize === format.groupSize && zero === format.zero;
  if (!isOfFormat || hasOffsets !== format.hasOffsets) return undefined;
  const bytes = new Uint8Array((codes.length / blockSize) * blockBytes);
  const pack = PACKING[type];
  for (let from = 0, to = 0; from < codes.length; from += blockSize, to += blockBytes) {
    if (!pack({ codes, scales, offsets }, from, from / groupSize, bytes, to)) return undefined;
  }
  return bytes;
}

function checkGroups(groups: QuantizedGroups): QuantizedGroups {
  const { codes, scales, offsets = scales, groupSize } = groups ?? {};
  const isWhole = codes?.length === scales?.length * groupSize && offsets?.length === scales?.length;
  if (codes === undefined || !isWhole) {
    throw new GgufError(
      `packBlocks: expected codes with a scale for each ${groupSize ?? 32}, got ${shown(codes?.length)} with ${shown(scales?.length)}`,
    );
  }
  return groups;
}
