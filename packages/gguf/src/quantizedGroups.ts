import type { BlockFormat } from "./blocks/blockFormat.ts";
import { Q2_K, Q3_K, Q4_K, Q5_K, Q6_K } from "./blocks/kBlocks.ts";
import { Q4_0, Q4_1, Q5_0, Q5_1, Q8_0 } from "./blocks/plainBlocks.ts";
import { IQ4_NL, IQ4_XS, MXFP4 } from "./blocks/tableBlocks.ts";
import { GGML_TYPES, type GgmlType, valuesIn } from "./ggmlType.ts";
import { GgufError } from "./ggufError.ts";

const FORMATS: Readonly<Record<QuantizedType, BlockFormat>> = {
  Q4_0,
  Q4_1,
  Q5_0,
  Q5_1,
  Q8_0,
  Q2_K,
  Q3_K,
  Q4_K,
  Q5_K,
  Q6_K,
  IQ4_NL,
  IQ4_XS,
  MXFP4,
};

/** A type whose tensors are blocks of codes and scales. */
export type QuantizedType =
  | ("Q4_0" | "Q4_1" | "Q5_0" | "Q5_1" | "Q8_0")
  | ("Q2_K" | "Q3_K" | "Q4_K" | "Q5_K" | "Q6_K")
  | ("IQ4_NL" | "IQ4_XS" | "MXFP4");

/** The codes of a run of blocks: `value = scale * (code - zero) + offset`, in float32, in this order. */
export interface QuantizedGroups {
  /** 4: codes of 0 to 15. 8: codes of -128 to 127. */
  readonly bits: 4 | 8;
  /** How many values in a row share a scale. */
  readonly groupSize: 16 | 32;
  /** One a value, a byte each: a Uint8Array where `bits` is 4, else an Int8Array. */
  readonly codes: Uint8Array | Int8Array;
  /** The code of the value zero; 0 where codes are signed already. */
  readonly zero: number;
  /** One a group. */
  readonly scales: Float32Array;
  /** One a group; absent where the format has none. */
  readonly offsets?: Float32Array;
}

/** Whether a type's tensors are blocks of codes and scales, not plain numbers. */
export function isQuantized(type: GgmlType): type is QuantizedType {
  return Object.hasOwn(FORMATS, type);
}

/** What the codes of a type's blocks are. */
export function groupFormatOf(type: QuantizedType): Omit<BlockFormat, "unpack"> {
  const { unpack: _, ...format } = FORMATS[type];
  return format;
}

/**
 * Unpacks whole blocks to one code a value, with a scale and perhaps an offset for each group.
 *
 * @param into groups of an earlier call for the same type and at least as many values: their arrays are written over, and
 *   the groups that come back are views of their beginnings
 * @throws GgufError if the type is not quantized, the bytes are no whole blocks, or `into` does not fit
 */
export function quantizedGroups(type: GgmlType, bytes: Uint8Array, into?: QuantizedGroups): QuantizedGroups {
  const count = valuesIn("quantizedGroups", type, bytes);
  if (!isQuantized(type)) {
    throw new GgufError(`quantizedGroups: expected a type of ${Object.keys(FORMATS).join(", ")}, got ${type}`);
  }
  const format: BlockFormat = FORMATS[type];
  const { bits, groupSize, zero, hasOffsets } = format;
  const arrays = arraysFor(format, count, into);
  const { blockSize, blockBytes } = GGML_TYPES[type];
  for (let from = 0, to = 0; to < count; from += blockBytes, to += blockSize) {
    format.unpack(bytes, from, arrays, to, to / groupSize);
  }
  const { codes, scales, offsets } = arrays;
  return { bits, groupSize, zero, codes, scales, ...(hasOffsets ? { offsets } : {}) };
}

const NONE = new Float32Array(0);

function arraysFor({ bits, groupSize, hasOffsets }: BlockFormat, count: number, into?: QuantizedGroups) {
  const groups = count / groupSize;
  const arrays = into ?? {
    codes: bits === 4 ? new Uint8Array(count) : new Int8Array(count),
    scales: new Float32Array(groups),
    offsets: hasOffsets ? new Float32Array(groups) : NONE,
  };
  const { codes, scales, offsets = NONE } = arrays;
  const fits = codes instanceof (bits === 4 ? Uint8Array : Int8Array) && codes.length >= count;
  if (!fits || scales.length < groups || (hasOffsets && offsets.length < groups)) {
    throw new GgufError(
      `quantizedGroups: expected room for ${count} codes of ${bits} bits in ${groups} groups, got that of ${codes.length} codes in ${scales.length}`,
    );
  }
  return { codes: codes.subarray(0, count), scales: scales.subarray(0, groups), offsets: offsets.subarray(0, groups) };
}
