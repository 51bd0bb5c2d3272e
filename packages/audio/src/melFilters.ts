/** A band of a mel filter bank: the weights of some neighbouring frequencies. */
export interface MelBand {
  /** The first of them. */
  readonly start: number;
  readonly weights: Float64Array;
}

/**
 * Makes the triangles of a mel filter bank on Slaney's scale, each of area 1: as librosa, and Hugging Face with
 * `mel_scale="slaney", norm="slaney"`.
 *
 * @param bands the number of triangles
 * @param frequencies the number of frequencies from 0 to half the sample rate
 */
export function melFilters(bands: number, frequencies: number, sampleRate: number, highest: number): MelBand[] {
  const top = toMel(highest);
  const corners = Array.from({ length: bands + 2 }, (_, i) => toHertz((top * i) / (bands + 1)));
  const step = sampleRate / 2 / (frequencies - 1);
  return Array.from({ length: bands }, (_, band) => {
    const [left = 0, centre = 0, right = 0] = corners.slice(band, band + 3);
    const weights = Float64Array.from({ length: frequencies }, (_, i) => {
      const hertz = i * step;
      const height = Math.min((hertz - left) / (centre - left), (right - hertz) / (right - centre));
      return (Math.max(0, height) * 2) / (right - left);
    });
    const start = Math.max(
      0,
      weights.findIndex((weight) => weight > 0),
    );
    return { start, weights: weights.slice(start, weights.findLastIndex((weight) => weight > 0) + 1) };
  });
}

/** Linear up to 1,000 Hz, where a mel of Slaney's is 15, and logarithmic above. */
const [LINEAR_HERTZ, LINEAR_MELS, LOG_STEP] = [1000, 15, 27 / Math.log(6.4)];

function toMel(hertz: number): number {
  return hertz < LINEAR_HERTZ ? (3 * hertz) / 200 : LINEAR_MELS + Math.log(hertz / LINEAR_HERTZ) * LOG_STEP;
}

function toHertz(mel: number): number {
  return mel < LINEAR_MELS ? (200 * mel) / 3 : LINEAR_HERTZ * Math.exp((mel - LINEAR_MELS) / LOG_STEP);
}
