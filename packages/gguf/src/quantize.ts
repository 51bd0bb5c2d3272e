import { putFiveBits, putHalf, putNibbles } from "./blocks/putBits.ts";
import { GGML_TYPES, type KRoundedType, type PlainRoundedType, type RoundedType } from "./ggmlType.ts";
import { GgufError } from "./ggufError.ts";
import { kGroups } from "./kRounding.ts";
import { packBlocks } from "./packBlocks.ts";
import type { QuantizedGroups } from "./quantizedGroups.ts";
import { shown } from "./shown.ts";
import { weightedGroups } from "./weightedRounding.ts";

/**
 * Rounds values to blocks of a type, as ggml and, but for Q4_K and Q6_K, Python's `gguf` do, to the bit.
 *
 * With `importance` the scales are those that make the sum of squared errors small in which each column has that weight, such
 * as the mean square of what it is multiplied by: as llama.cpp rounds with an importance matrix, though not to the bit.
 *
 * @param values whole blocks of them: for a tensor, its rows
 * @param importance one number from 0 for each column: as many as a row has values
 * @throws GgufError for another type, values that are not finite, rows of no whole blocks, or importance of other columns
 */
export function quantize(type: RoundedType, values: Float32Array, importance?: Float32Array): Uint8Array {
  if (!isPlain(type) && !isK(type)) {
    throw new GgufError(`quantize: expected a type of ${[...Object.keys(ROUND), ...K].join(", ")}, got ${shown(type)}`);
  }
  if (!(values instanceof Float32Array)) throw new GgufError(`quantize: expected a Float32Array, got ${shown(values)}`);
  const { blockSize, blockBytes } = GGML_TYPES[type];
  if (values.length % blockSize !== 0) {
    throw new GgufError(`quantize: expected whole blocks of ${blockSize} values for ${type}, got ${values.length}`);
  }
  if (importance !== undefined) checkImportance(values, importance, blockSize);
  for (let from = 0; from < values.length; from += blockSize)
    checkFinite(values.subarray(from, from + blockSize), from);
  if (isK(type)) return packed(type, kGroups(type, values, importance));
  if (importance !== undefined) return packed(type, weightedGroups(type, values, importance));
  const bytes = new Uint8Array((values.length / blockSize) * blockBytes);
  for (let from = 0, to = 0; from < values.length; from += blockSize, to += blockBytes) {
    ROUND[type](values.subarray(from, from + blockSize), bytes, to);
  }
  return bytes;
}

const K: readonly KRoundedType[] = ["Q4_K", "Q6_K"];

function isK(type: RoundedType): type is KRoundedType {
  return K.includes(type as KRoundedType);
}

function isPlain(type: RoundedType): type is PlainRoundedType {
  return Object.hasOwn(ROUND, type);
}

function checkImportance(values: Float32Array, importance: Float32Array, blockSize: number): void {
  const columns = importance instanceof Float32Array ? importance.length : NaN;
  if (columns === 0 || columns % blockSize !== 0 || values.length % columns !== 0) {
    const got = Number.isNaN(columns) ? shown(importance) : `${columns}`;
    throw new GgufError(`quantize: expected importance of the columns of ${values.length} values, got ${got}`);
  }
  const bad = importance.find((weight) => !(weight >= 0 && weight < Infinity));
  if (bad !== undefined) throw new GgufError(`quantize: expected importance from 0, got ${bad}`);
}

function packed(type: RoundedType, groups: QuantizedGroups): Uint8Array {
  const bytes = packBlocks(type, groups);
  if (bytes !== undefined) return bytes;
  throw new GgufError("quantize: expected values whose scale half precision holds, got larger ones");
}

function checkFinite(block: Float32Array, from: number): void {
  const at = block.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new GgufError(`quantize: expected finite values, got ${block[at]} at ${from + at}`);
}

type Round = (block: Float32Array, bytes: Uint8Array, to: number) => void;

const { fround } = Math;

const ROUND: Readonly<Record<PlainRoundedType, Round>> = {
  Q8_0: (block, bytes, to) => {
    const { scale, inverse } = scaleOf(Math.abs(largest(block)), 127);
    putHalf(bytes, to, scale);
    for (let i = 0; i < 32; i++) bytes[to + 2 + i] = awayFromZero(fround((block[i] as number) * inverse));
  },
  Q4_0: (block, bytes, to) => {
    const { scale, inverse } = scaleOf(largest(block), -8);
    putHalf(bytes, to, scale);
    putNibbles(bytes, to + 2, codesAround(block, inverse, 8.5, 15), 0, 16);
  },
  Q4_1: (block, bytes, to) => {
    putNibbles(bytes, to + 4, codesAbove(block, bytes, to, 15), 0, 16);
  },
  Q5_0: (block, bytes, to) => {
    const { scale, inverse } = scaleOf(largest(block), -16);
    putHalf(bytes, to, scale);
    putFiveBits(bytes, to + 2, codesAround(block, inverse, 16.5, 31), 0);
  },
  Q5_1: (block, bytes, to) => {
    putFiveBits(bytes, to + 4, codesAbove(block, bytes, to, 31), 0);
  },
};

/** The value that is farthest from zero, the first of several. */
function largest(block: Float32Array): number {
  let found = 0;
  for (const value of block) if (Math.abs(value) > Math.abs(found)) found = value;
  return found;
}

/** The scale that gives `value` the code `code`, and what values are multiplied by. */
function scaleOf(value: number, code: number): { scale: number; inverse: number } {
  const scale = fround(value / code);
  return { scale, inverse: scale === 0 ? 0 : fround(1 / scale) };
}

function codesAround(block: Float32Array, inverse: number, zero: number, most: number): number[] {
  return Array.from(block, (value) => Math.min(most, Math.trunc(fround(fround(value * inverse) + zero))));
}

/** Codes from the least value up, whose scale and offset are written at `to`. */
function codesAbove(block: Float32Array, bytes: Uint8Array, to: number, most: number): number[] {
  const least = Math.min(...block);
  const { scale, inverse } = scaleOf(fround(Math.max(...block) - least), most);
  putHalf(bytes, to, scale);
  putHalf(bytes, to + 2, least);
  return Array.from(block, (value) => {
    return Math.min(most, Math.trunc(fround(fround(fround(value - least) * inverse) + 0.5)));
  });
}

/** The nearest whole number, halves away from zero. */
function awayFromZero(value: number): number {
  const size = Math.abs(value);
  const floor = Math.floor(size);
  return Math.sign(value) * (floor + Math.floor(fround(2 * fround(size - floor))));
}
