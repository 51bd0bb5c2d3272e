/** Layout of the sines and cosines of a position in its vector. */
export type SinusoidalLayout =
  /** sin, cos, sin, cos, ...: "Attention Is All You Need", section 3.5, and Dive into Deep Learning. */
  | "interleaved"
  /** All sines, then all cosines: tensor2tensor, Marian and Hugging Face's Marian. */
  | "halves";

/**
 * Computes the fixed position vectors of the Transformer, row by row.
 *
 * @param length number of positions
 * @param dModel E
 * @param options the layout, by default that of the paper, the first position, and the longest wavelength
 * @param options.offset the position of the first row
 * @param options.maxWavelength of the slowest wave, over 2π
 * @returns length * dModel numbers, to be read as [L, E]
 */
export function sinusoidalPositions(
  length: number,
  dModel: number,
  {
    layout = "interleaved",
    offset = 0,
    maxWavelength = 10_000,
  }: { readonly layout?: SinusoidalLayout; readonly offset?: number; readonly maxWavelength?: number } = {},
): Float32Array {
  const table = new Float32Array(length * dModel);
  const sines = Math.ceil(dModel / 2); // an odd width has one sine more
  for (let j = 0; j < dModel; j++) {
    const rate = maxWavelength ** (-(2 * Math.floor(j / 2)) / dModel);
    const isSine = j % 2 === 0;
    const half = Math.floor(j / 2);
    const column = layout === "interleaved" ? j : isSine ? half : sines + half;
    for (let i = 0; i < length; i++) {
      const angle = (i + offset) * rate;
      table[i * dModel + column] = isSine ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return table;
}
