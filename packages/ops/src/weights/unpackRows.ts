import { BLOCK, blockWords, codeVectors, scaleVectors } from "./weave.ts";
import type { CodeFormat, WeightFormat } from "./weight.ts";

/**
 * Unpacks rows of a packed weight in plain JavaScript: what kernels do, to the bit.
 *
 * @param words the stored words
 * @param columns I
 * @param ids the numbers of the rows
 * @returns [ids, I] one after another
 */
export function unpackRowsOf(
  words: Int32Array,
  format: Exclude<WeightFormat, "f32">,
  columns: number,
  ids: ArrayLike<number>,
): Float32Array {
  const out = new Float32Array(ids.length * columns);
  for (let i = 0; i < ids.length; i++) {
    const row = out.subarray(i * columns, (i + 1) * columns);
    if (typeof format === "string") unpackHalves(words, format, ids[i] as number, row);
    else unpackCodes(words, format, ids[i] as number, row);
  }
  return out;
}

function unpackHalves(words: Int32Array, format: "f16" | "bf16", row: number, out: Float32Array): void {
  const halves = new Uint16Array(words.buffer, words.byteOffset + row * out.length * 2, out.length);
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (const [i, half] of halves.entries()) {
    if (format === "bf16") bits[i] = half << 16;
    else {
      bits[i] = (half & 0x7fff) << 13; // 2^-112 times too small, for subnormal numbers too
      out[i] = (out[i] as number) * 2 ** 112 * (half < 0x8000 ? 1 : -1);
    }
  }
}

function unpackCodes(words: Int32Array, format: CodeFormat, row: number, out: Float32Array): void {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const { bits, groupSize, zero, hasOffsets } = format;
  const [size, across, perBlock] = [blockWords(format), out.length / BLOCK, scaleVectors(format)];
  const strip = Math.floor(row / 4) * across * size + (row % 4);
  for (let k = 0; k < out.length; k++) {
    const at = strip + Math.floor(k / BLOCK) * size;
    const column = k % BLOCK;
    const scaleAt = at + 4 * (codeVectors(format) + Math.floor(column / groupSize));
    const word = words[at + 4 * Math.floor((bits === 8 ? column : column % 16) / 4)] as number;
    const byte = word >> (8 * (column % 4));
    const code = bits === 8 ? (byte << 24) >> 24 : (column < 16 ? byte : byte >> 4) & 15;
    const scaled = Math.fround((floats[scaleAt] as number) * (code - zero));
    out[k] = hasOffsets ? scaled + (floats[scaleAt + 4 * perBlock] as number) : scaled;
  }
}
