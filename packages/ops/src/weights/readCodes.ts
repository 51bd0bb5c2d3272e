import { checkRecord } from "../checks/argumentChecks.ts";
import { BLOCK, blockWords, type CodeGroups, codeVectors, LANES, scaleVectors } from "./weave.ts";
import type { Weight } from "./weight.ts";

/**
 * Reads the codes of a packed weight [O, I] back, row by row, with the scale and perhaps the offset of each group: those
 * that `packCodes` was given.
 *
 * @throws RangeError if the weight is held as floats or halves
 */
export async function readCodes(weight: Weight): Promise<CodeGroups> {
  checkRecord("readCodes", "weight", weight);
  const { format, parts, shape } = weight;
  if (typeof format !== "object") throw new RangeError(`readCodes: expected a weight of codes, got one of ${format}`);
  const { bits, groupSize, zero, hasOffsets } = format;
  const words = (await parts.data.data()) as Int32Array;
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const [rows = 0, columns = 0] = shape as readonly number[];
  const size = rows * columns;
  const codes = bits === 8 ? new Int8Array(size) : new Uint8Array(size);
  const scales = new Float32Array(size / groupSize);
  const offsets = new Float32Array(hasOffsets ? scales.length : 0);
  const [step, across, perBlock] = [blockWords(format), columns / BLOCK, scaleVectors(format)];
  const [scaleAt, offsetAt] = [LANES * codeVectors(format), LANES * (codeVectors(format) + perBlock)];
  let [code, group] = [0, 0];
  for (let row = 0; row < rows; row++) {
    let at = Math.floor(row / LANES) * across * step + (row % LANES);
    for (let block = 0; block < across; block++, at += step, code += BLOCK, group += perBlock) {
      for (let i = 0; i < BLOCK; i++) codes[code + i] = bits === 8 ? code8(words, at, i) : code4(words, at, i);
      for (let j = 0; j < perBlock; j++) {
        scales[group + j] = floats[at + scaleAt + LANES * j] as number;
        if (hasOffsets) offsets[group + j] = floats[at + offsetAt + LANES * j] as number;
      }
    }
  }
  return { bits, groupSize, zero, codes, scales, ...(hasOffsets && { offsets }) };
}

function code8(words: Int32Array, at: number, column: number): number {
  return (words[at + LANES * (column >> 2)] as number) >> (8 * (column & 3)); // its low byte is what an Int8Array keeps
}

function code4(words: Int32Array, at: number, column: number): number {
  const byte = (words[at + LANES * ((column & 15) >> 2)] as number) >> (8 * (column & 3));
  return (column < 16 ? byte : byte >> 4) & 15;
}
