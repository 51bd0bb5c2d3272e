import { AudioError, shown } from "./audioError.ts";
import { Fourier } from "./fourier.ts";
import { type MelBand, melFilters } from "./melFilters.ts";
import { checkSpectrogramConfig, type SpectrogramConfig } from "./spectrogramConfig.ts";

/** A log-mel spectrogram. */
export interface Spectrogram {
  /** [M, T] */
  readonly data: Float32Array;
  readonly numMelBins: number;
  /** T */
  readonly frames: number;
}

/** The highest frequency of Whisper's filters, in hertz. */
const HIGHEST = 8000;

/** What is taken for silence: the logarithm of no power is none. */
const LEAST_POWER = 1e-10;

/** Makes log-mel spectrograms as `WhisperFeatureExtractor` of Hugging Face transformers. */
export class LogMel {
  readonly config: SpectrogramConfig;
  readonly #fourier: Fourier;
  readonly #window: Float64Array;
  readonly #filters: readonly MelBand[];

  constructor(config: SpectrogramConfig) {
    checkSpectrogramConfig("LogMel", config);
    const { numMelBins, sampleRate, fftSize } = config;
    this.config = config;
    this.#fourier = new Fourier(fftSize);
    this.#window = Float64Array.from({ length: fftSize }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / fftSize));
    this.#filters = melFilters(numMelBins, (fftSize >> 1) + 1, sampleRate, HIGHEST);
  }

  /**
   * Computes the spectrogram of one channel at the config's sample rate: padded with silence to the config's seconds, and cut there.
   *
   * @throws AudioError for samples that are no finite numbers
   */
  spectrogram(samples: Float32Array): Spectrogram {
    return this.#of("spectrogram", samples, this.config.chunkSeconds * this.config.sampleRate);
  }

  /**
   * Computes the same of all samples: padded with silence to the config's seconds, never cut. The loudest of the whole sound says what
   * is silence, as in transformers where a long sound is read window by window.
   *
   * @throws AudioError for samples that are no finite numbers
   */
  wholeSpectrogram(samples: Float32Array): Spectrogram {
    const least = this.config.chunkSeconds * this.config.sampleRate;
    return this.#of("wholeSpectrogram", samples, Math.max(least, samples?.length ?? 0));
  }

  #of(who: string, samples: Float32Array, length: number): Spectrogram {
    if (!(samples instanceof Float32Array)) {
      throw new AudioError(`${who}: expected samples as a Float32Array, got ${shown(samples)}`);
    }
    const bad = samples.findIndex((sample) => !Number.isFinite(sample));
    if (bad >= 0) throw new AudioError(`${who}: expected finite samples, got ${samples[bad]} at ${bad}`);
    const { numMelBins, hopLength } = this.config;
    const frames = Math.floor(length / hopLength);
    const data = this.#logPowers(samples.subarray(0, length), length, frames);
    const floor = data.reduce((most, value) => Math.max(most, value), -Infinity) - 8;
    return { data: data.map((value) => (Math.max(value, floor) + 4) / 4), numMelBins, frames };
  }

  /** [M, T], the logarithm of each band's power to the base 10. */
  #logPowers(samples: Float32Array, length: number, frames: number): Float32Array {
    const { numMelBins, fftSize, hopLength } = this.config;
    const data = new Float32Array(numMelBins * frames).fill(Math.log10(LEAST_POWER));
    const bins = (fftSize >> 1) + 1;
    const [a, b] = [new Float64Array(fftSize), new Float64Array(fftSize)];
    const [powerA, powerB] = [new Float64Array(bins), new Float64Array(bins)];
    // Two frames at once; of silence behind the sound there is nothing to compute.
    const heard = Math.min(frames, Math.ceil((samples.length + fftSize) / hopLength));
    for (let frame = 0; frame < heard; frame += 2) {
      this.#frame(samples, length, frame, a);
      this.#frame(samples, length, frame + 1, b);
      this.#fourier.powers(a, b, powerA, powerB);
      this.#bands(powerA, data, frame, frames);
      if (frame + 1 < frames) this.#bands(powerB, data, frame + 1, frames);
    }
    return data;
  }

  /** The samples around the centre of a frame, under the window; the sound is mirrored at its ends. */
  #frame(samples: Float32Array, length: number, frame: number, into: Float64Array): void {
    const { fftSize, hopLength } = this.config;
    const first = frame * hopLength - (fftSize >> 1);
    for (let i = 0; i < fftSize; i++) {
      const at = Math.abs(first + i);
      const inside = at < length ? at : 2 * (length - 1) - at;
      into[i] = (samples[inside] ?? 0) * (this.#window[i] ?? 0);
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
