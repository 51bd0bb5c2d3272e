import * as tf from "@tensorflow/tfjs-core";
import { type CodeGroups, weave, wovenWords } from "../weights/weave.ts";
import type { CodeFormat, Weight, WeightFormat } from "../weights/weight.ts";
import { testNumbers } from "./testNumbers.ts";

/** A weight for self-tests: what it stands for, and how it is stored. */
export interface TestWeight {
  /** [O, I] */
  readonly numbers: ArrayLike<number>;
  /** Makes it; the caller owns its tensor. */
  readonly store: () => Weight;
  /** Some of its rows as a weight: of all formats but `f32` whole strips of four, of an even number of columns. */
  readonly rows: (from: number, count: number) => TestWeight;
}

/**
 * Makes a weight of numbers without a pattern, each group of codes with a scale, and an offset, of its own.
 *
 * @param shape [O, I]; of codes, I is a multiple of 32
 */
export function testWeight(
  format: WeightFormat,
  shape: readonly [rows: number, columns: number],
  seed: number,
): TestWeight {
  const floats = testNumbers(shape[0] * shape[1], seed);
  if (format === "f32") return weightOf(format, shape, floats, floats);
  const { numbers, words } = typeof format === "string" ? halves(format, floats) : codes(format, shape, floats, seed);
  return weightOf(format, shape, numbers, words);
}

function weightOf(
  format: WeightFormat,
  [height, columns]: readonly [rows: number, columns: number],
  numbers: Float32Array,
  elements: Float32Array | Int32Array,
): TestWeight {
  const each = elements.length / height; // elements of a row
  return {
    numbers,
    store: () => {
      const data = format === "f32" ? tf.tensor(elements, [height, columns]) : tf.tensor1d(elements, "int32");
      return { shape: [height, columns], kind: "matrix", format, parts: { data }, adapter: undefined };
    },
    rows: (from, count) =>
      weightOf(
        format,
        [count, columns],
        numbers.slice(from * columns, (from + count) * columns),
        elements.slice(from * each, (from + count) * each),
      ),
  };
}

/** The name of a format in a message. */
export function formatName(format: WeightFormat): string {
  if (typeof format === "string") return format;
  const { bits, groupSize, hasOffsets } = format;
  return `${bits} bits in groups of ${groupSize}${hasOffsets ? " with offsets" : ""}`;
}

interface Packed {
  readonly numbers: Float32Array;
  readonly words: Int32Array;
}

function halves(format: "f16" | "bf16", floats: Float32Array): Packed {
  const words = new Int32Array(Math.ceil(floats.length / 2));
  const stored = new Uint16Array(words.buffer, 0, floats.length);
  const numbers = Float32Array.from(floats);
  const bits = new Uint32Array(numbers.buffer);
  for (let i = 0; i < floats.length; i++) {
    const all = bits[i] as number;
    if (format === "bf16") {
      stored[i] = all >>> 16;
      bits[i] = all & 0xffff0000;
      continue;
    }
    const exponent = ((all >>> 23) & 255) - 112;
    const isNormal = exponent > 0; // smaller ones become zero
    stored[i] = isNormal ? ((all >>> 16) & 0x8000) | (exponent << 10) | ((all >>> 13) & 1023) : 0;
    bits[i] = isNormal ? all & 0xffffe000 : 0;
  }
  return { numbers, words };
}

function codes(format: CodeFormat, shape: readonly [number, number], floats: Float32Array, seed: number): Packed {
  const { bits, groupSize, zero, hasOffsets } = format;
  const groups = floats.length / groupSize;
  const scales = testNumbers(groups, seed + 1);
  for (let group = 0; group < groups; group++) scales[group] = (1.2 + (scales[group] as number)) / 2 ** bits;
  const offsets = testNumbers(groups, seed + 2);
  const [factor, more] = bits === 8 ? [127, 0] : [7.99, 7.99];
  const all = new Int8Array(floats.length);
  const numbers = new Float32Array(floats.length);
  for (let i = 0; i < floats.length; i++) {
    const code = Math.floor((floats[i] as number) * factor + more);
    const group = Math.floor(i / groupSize);
    all[i] = code;
    numbers[i] = (scales[group] as number) * (code - zero) + (hasOffsets ? (offsets[group] as number) : 0);
  }
  const run: CodeGroups = { bits, groupSize, codes: all, zero, scales, ...(hasOffsets && { offsets }) };
  const words = new Int32Array(wovenWords(format, shape));
  weave(run, shape[1], words);
  return { numbers, words };
}
