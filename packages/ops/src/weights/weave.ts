import { checkArray } from "../checks/argumentChecks.ts";
import type { CodeFormat } from "./weight.ts";

// Codes in the order in which kernels read them: four rows at a time, so that a vector of 32-bit lanes holds a row in each
// lane. packages/backend-wasm/assembly/weightFormat.ts describes the words, and reads them.

/** Codes of whole rows, one for each number, and the scale of each group: `scale * (code - zero) + offset`. */
export interface CodeGroups {
  readonly bits: 8 | 4;
  readonly groupSize: 32 | 16;
  /** Of 8 bits signed; of 4 bits from 0 to 15. */
  readonly codes: Int8Array | Uint8Array;
  readonly zero: number;
  readonly scales: Float32Array;
  /** Left out: none. */
  readonly offsets?: Float32Array | undefined;
}

/** Columns of a block. */
export const BLOCK = 32;

/** Rows whose words lie side by side. */
export const LANES = 4;

/** How many words of int32 a woven weight takes. @param shape [O, I], I a multiple of 32 */
export function wovenWords(format: CodeFormat, shape: readonly [rows: number, columns: number]): number {
  checkArray("wovenWords", "shape", shape);
  const [rows, columns] = shape;
  if (columns % BLOCK !== 0) {
    throw new RangeError(`wovenWords: expected a multiple of ${BLOCK} columns, got [${shape}]`);
  }
  return Math.ceil(rows / LANES) * (columns / BLOCK) * blockWords(format);
}

/** Words of a block of four rows. */
export function blockWords(format: CodeFormat): number {
  return LANES * (codeVectors(format) + scaleVectors(format) * (format.hasOffsets ? 2 : 1));
}

/** Vectors of four words that hold a block's codes. */
export function codeVectors({ bits }: CodeFormat): number {
  return bits; // 32 columns of 4 rows, in vectors of 128 bits
}

/** Vectors of four words that hold a block's scales. */
export function scaleVectors({ groupSize }: CodeFormat): number {
  return BLOCK / groupSize;
}

/** The format of codes. */
export function formatOfCodes({ bits, groupSize, zero, offsets }: CodeGroups): CodeFormat {
  return { bits, groupSize, zero, hasOffsets: offsets !== undefined };
}

/**
 * Writes rows of codes as words.
 *
 * @param columns I
 * @param into the words of these rows
 */
export function weave(groups: CodeGroups, columns: number, into: Int32Array): void {
  const format = formatOfCodes(groups);
  const { codes, scales, offsets, bits } = groups;
  const floats = new Float32Array(into.buffer, into.byteOffset, into.length);
  const [words, across, perBlock] = [blockWords(format), columns / BLOCK, scaleVectors(format)];
  const [scaleAt, offsetAt] = [LANES * codeVectors(format), LANES * (codeVectors(format) + perBlock)];
  const count = codes.length / columns;
  let [code, group] = [0, 0];
  for (let row = 0; row < count; row++) {
    let at = Math.floor(row / LANES) * across * words + (row % LANES);
    for (let block = 0; block < across; block++) {
      if (bits === 8) weave8(codes, code, into, at);
      else weave4(codes, code, into, at);
      for (let j = 0; j < perBlock; j++) {
        floats[at + scaleAt + LANES * j] = scales[group + j] as number;
        if (offsets !== undefined) floats[at + offsetAt + LANES * j] = offsets[group + j] as number;
      }
      code += BLOCK;
      group += perBlock;
      at += words;
    }
  }
}

function weave8(codes: Int8Array | Uint8Array, from: number, into: Int32Array, at: number): void {
  for (let j = 0; j < 8; j++) into[at + LANES * j] = fourBytes(codes, from + 4 * j);
}

function weave4(codes: Int8Array | Uint8Array, from: number, into: Int32Array, at: number): void {
  for (let j = 0; j < 4; j++) {
    into[at + LANES * j] = fourBytes(codes, from + 4 * j) | (fourBytes(codes, from + 16 + 4 * j) << 4);
  }
}

function fourBytes(codes: Int8Array | Uint8Array, at: number): number {
  return (
    ((codes[at] as number) & 255) |
    (((codes[at + 1] as number) & 255) << 8) |
    (((codes[at + 2] as number) & 255) << 16) |
    ((codes[at + 3] as number) << 24)
  );
}
