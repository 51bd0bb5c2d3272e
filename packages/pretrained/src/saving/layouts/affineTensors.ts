import type { CodeGroups } from "@qkv/ops";
import { type SafeTensor, safeTensor } from "@qkv/safetensors";
import { scaleDtype } from "./scaleDtype.ts";

/** A matrix of codes in MLX's layout: a number is `scale * code + bias`, with a scale and a bias for each 32 of a row. */
export interface AffineTensors {
  /** Bits of a code: those that its codes need. */
  readonly bits: number;
  /** [O, I * bits / 32] of words, [O, I / 32] and [O, I / 32]. */
  readonly tensors: Readonly<Record<"weight" | "scales" | "biases", SafeTensor>>;
}

const GROUP = 32;

/** Bits that codes of 8 are stored in. */
const WIDTHS = [5, 6, 8];

/**
 * Lays codes out as MLX does. Scales and biases are stored in half precision where it holds all of them.
 *
 * https://ml-explore.github.io/mlx/build/html/python/_autosummary/mlx.core.quantize.html
 *
 * @returns undefined if the layout does not hold the numbers exactly: of groups of 16, or with rounding of its own
 */
export function affineTensors(
  groups: CodeGroups,
  [rows, columns]: readonly [number, number],
): AffineTensors | undefined {
  const { codes, scales, offsets, zero, groupSize } = groups;
  if (groupSize !== GROUP) return undefined;
  const [least, bits] = fieldsOf(codes, groups.bits);
  const shift = zero - least; // the code of zero
  const biases = scales.map((scale, group) => (offsets?.[group] ?? 0) - shift * scale);
  const fields = Uint8Array.from(codes, (code) => code - least);
  if (!isExact(groups, fields, biases)) return undefined;
  const dtype = scaleDtype(scales, biases);
  const shape = [rows, columns / GROUP];
  return {
    bits,
    tensors: {
      weight: safeTensor(wordsOf(fields, bits), [rows, (columns * bits) / 32]),
      scales: safeTensor(scales, shape, dtype),
      biases: safeTensor(biases, shape, dtype),
    },
  };
}

/** The least code of a range that holds all codes, and how many bits its codes take. */
function fieldsOf(codes: Int8Array | Uint8Array, held: 4 | 8): readonly [least: number, bits: number] {
  if (held === 4) return [0, 4];
  let [low, high] = [0, 0];
  for (const code of codes) {
    if (code < low) low = code;
    if (code > high) high = code;
  }
  const leastOf = (bits: number) => (low < 0 ? -(2 ** (bits - 1)) : 0);
  const bits = WIDTHS.find((width) => low >= leastOf(width) && high < leastOf(width) + 2 ** width) as number;
  return [leastOf(bits), bits];
}

/** Whether each number is the one that is held, in single precision and in the order in which it is computed. */
function isExact(
  { codes, scales, offsets, zero, bits }: CodeGroups,
  fields: Uint8Array,
  biases: Float32Array,
): boolean {
  const center = bits === 8 ? 128 : 0; // loaded codes of more than 4 bits are held signed
  const read = biases.map((bias, group) => bias + center * (scales[group] as number));
  for (let i = 0; i < codes.length; i++) {
    const group = Math.floor(i / GROUP);
    const scale = scales[group] as number;
    const held = Math.fround(scale * ((codes[i] as number) - zero));
    const value = offsets === undefined ? held : Math.fround(held + (offsets[group] as number));
    const again = Math.fround(Math.fround(scale * ((fields[i] as number) - center)) + (read[group] as number));
    const whole = Math.fround(Math.fround(scale * (fields[i] as number)) + (biases[group] as number));
    if (again !== value || whole !== value) return false;
  }
  return true;
}

/** Codes of some bits one after another, the lowest bits first; rows are whole words. */
function wordsOf(fields: Uint8Array, bits: number): Uint32Array {
  const words = new Uint32Array((fields.length * bits) / 32);
  for (let i = 0, at = 0; i < fields.length; i++, at += bits) {
    const [word, from] = [at >>> 5, at & 31];
    const field = fields[i] as number;
    words[word] = (words[word] as number) | (field << from);
    if (from + bits > 32) words[word + 1] = field >>> (32 - from);
  }
  return words;
}
