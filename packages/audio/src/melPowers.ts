import { AudioError, shown } from "./audioError.ts";
import { Fourier } from "./fourier.ts";
import { type MelBand, melFilters } from "./melFilters.ts";
import { checkSpectrogramConfig, type SpectrogramConfig } from "./spectrogramConfig.ts";

/** The highest frequency of Whisper's filters, in hertz. */
const HIGHEST = 8000;

/** What is taken for silence: the logarithm of no power is none. */
const LEAST_POWER = 1e-10;

/** A part of a sound, and where it is in the sound. */
export interface SoundPart {
  readonly samples: Float32Array;
  /** The place of the first sample. */
  readonly offset: number;
  /** Samples of the sound. */
  readonly total: number;
  /** Samples of the sound with the silence that it is padded with. */
  readonly length: number;
}

/** Computes the power of each mel band, frame by frame. */
export class MelPowers {
  readonly config: SpectrogramConfig;
  readonly #fourier: Fourier;
  readonly #window: Float64Array;
  readonly #filters: readonly MelBand[];

  constructor(who: string, config: SpectrogramConfig) {
    checkSpectrogramConfig(who, config);
    const { numMelBins, sampleRate, fftSize } = config;
    this.config = config;
    this.#fourier = new Fourier(fftSize);
    this.#window = Float64Array.from({ length: fftSize }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / fftSize));
    this.#filters = melFilters(numMelBins, (fftSize >> 1) + 1, sampleRate, HIGHEST);
  }

  /**
   * Computes some frames: [M, T], the logarithm of each band's power to the base 10.
   *
   * @param first an even number: frames are computed in pairs, and a pair's rounding is its own
   * @param count T
   */
  logPowers(part: SoundPart, first: number, count: number): Float32Array {
    const { numMelBins, fftSize, hopLength } = this.config;
    const data = new Float32Array(numMelBins * count).fill(Math.log10(LEAST_POWER));
    const bins = (fftSize >> 1) + 1;
    const [a, b] = [new Float64Array(fftSize), new Float64Array(fftSize)];
    const [powerA, powerB] = [new Float64Array(bins), new Float64Array(bins)];
    // Of silence behind the sound there is nothing to compute.
    const heard = Math.min(count, Math.ceil((part.total + fftSize) / hopLength) - first);
    for (let i = 0; i < heard; i += 2) {
      this.#frame(part, first + i, a);
      this.#frame(part, first + i + 1, b);
      this.#fourier.powers(a, b, powerA, powerB);
      this.#bands(powerA, data, i, count);
      if (i + 1 < count) this.#bands(powerB, data, i + 1, count);
    }
    return data;
  }

  /** The samples around the centre of a frame, under the window; the sound is mirrored at its ends. */
  #frame({ samples, offset, length }: SoundPart, frame: number, into: Float64Array): void {
    const { fftSize, hopLength } = this.config;
    const first = frame * hopLength - (fftSize >> 1);
    for (let i = 0; i < fftSize; i++) {
      const at = Math.abs(first + i);
      const inside = at < length ? at : 2 * (length - 1) - at;
      into[i] = (samples[inside - offset] ?? 0) * (this.#window[i] ?? 0);
    }
  }

  #bands(powers: Float64Array, data: Float32Array, frame: number, frames: number): void {
    for (const [band, { start, weights }] of this.#filters.entries()) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += (weights[i] ?? 0) * (powers[start + i] ?? 0);
      data[band * frames + frame] = Math.log10(Math.max(sum, LEAST_POWER));
    }
  }
}

/** Refuses what is no samples, and samples that are no finite numbers. @param offset the place of the first */
export function checkSamples(who: string, samples: Float32Array, offset = 0): void {
  if (!(samples instanceof Float32Array)) {
    throw new AudioError(`${who}: expected samples as a Float32Array, got ${shown(samples)}`);
  }
  const bad = samples.findIndex((sample) => !Number.isFinite(sample));
  if (bad >= 0) throw new AudioError(`${who}: expected finite samples, got ${samples[bad]} at ${offset + bad}`);
}

/** The greatest of some values. */
export function greatest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

/** What a model sees of a logarithm. @param most the greatest: what is far below it is silence */
export function scaled(logPower: number, most: number): number {
  return (Math.max(logPower, most - 8) + 4) / 4;
}
