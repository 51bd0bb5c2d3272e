import { putFiveBits, putHalf, putNibbles } from "./blocks/putBits.ts";
import { GGML_TYPES } from "./ggmlType.ts";
import { GgufError } from "./ggufError.ts";
import { shown } from "./shown.ts";

/** The types that values can be rounded to here. */
export type RoundedType = "Q8_0" | "Q4_0" | "Q4_1" | "Q5_0" | "Q5_1";

/**
 * Rounds values to blocks of a type, as ggml and Python's `gguf` do, to the bit.
 *
 * @param values whole blocks of them: for a tensor, its rows
 * @throws GgufError for another type, values that are not finite, or rows of no whole blocks
 */
export function quantize(type: RoundedType, values: Float32Array): Uint8Array {
  const round = Object.hasOwn(ROUND, type) ? ROUND[type] : undefined;
  if (round === undefined) {
    throw new GgufError(`quantize: expected a type of ${Object.keys(ROUND).join(", ")}, got ${shown(type)}`);
  }
  if (!(values instanceof Float32Array)) throw new GgufError(`quantize: expected a Float32Array, got ${shown(values)}`);
  const { blockSize, blockBytes } = GGML_TYPES[type];
  if (values.length % blockSize !== 0) {
    throw new GgufError(`quantize: expected whole blocks of ${blockSize} values for ${type}, got ${values.length}`);
  }
  const bytes = new Uint8Array((values.length / blockSize) * blockBytes);
  for (let from = 0, to = 0; from < values.length; from += blockSize, to += blockBytes) {
    const block = values.subarray(from, from + blockSize);
    checkFinite(block, from);
    round(block, bytes, to);
  }
  return bytes;
}

function checkFinite(block: Float32Array, from: number): void {
  const at = block.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new GgufError(`quantize: expected finite values, got ${block[at]} at ${from + at}`);
}

type Round = (block: Float32Array, bytes: Uint8Array, to: number) => void;

const { fround } = Math;

const ROUND: Readonly<Record<RoundedType, Round>> = {
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
