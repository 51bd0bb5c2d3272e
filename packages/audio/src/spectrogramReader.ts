import { AudioError, shown } from "./audioError.ts";
import type { Spectrogram } from "./logMel.ts";
import { checkSamples, greatest, MelPowers, scaled } from "./melPowers.ts";
import type { MonoReader } from "./soundSource.ts";
import type { SpectrogramConfig } from "./spectrogramConfig.ts";

/** Options of a reader of spectrograms. */
export interface SpectrogramReaderOptions {
  readonly signal?: AbortSignal;
}

/**
 * The log-mel spectrogram of a sound of any length, read window by window: that of the whole, padded with silence to the config's
 * seconds. The loudest of the whole sound says what is silence, as in transformers, so the sound is read once before.
 */
export class SpectrogramReader {
  readonly config: SpectrogramConfig;
  /** T of the whole. */
  readonly frames: number;
  readonly #mono: MonoReader;
  readonly #powers: MelPowers;
  #most = -Infinity;
  /** What was computed last: the whole of a short sound. */
  #last: { readonly first: number; readonly count: number; readonly data: Float32Array } | undefined;

  private constructor(mono: MonoReader, config: SpectrogramConfig) {
    this.#powers = new MelPowers("SpectrogramReader", config);
    this.#mono = mono;
    this.config = config;
    this.frames = Math.floor(this.#length / config.hopLength);
  }

  /**
   * Opens a sound.
   *
   * @param mono at the config's sample rate
   * @throws AudioError for samples that are no finite numbers
   */
  static async open(
    mono: MonoReader,
    config: SpectrogramConfig,
    { signal }: SpectrogramReaderOptions = {},
  ): Promise<SpectrogramReader> {
    if (typeof mono?.read !== "function" || !Number.isSafeInteger(mono.length)) {
      throw new AudioError(`SpectrogramReader: expected a reader with length and read, got ${shown(mono)}`);
    }
    const reader = new SpectrogramReader(mono, config);
    const atOnce = 2 * Math.ceil((config.chunkSeconds * config.sampleRate) / config.hopLength / 2);
    for (let first = 0; first < reader.frames; first += atOnce) {
      signal?.throwIfAborted();
      const { data } = await reader.#compute(first, Math.min(atOnce, reader.frames - first));
      reader.#most = Math.max(reader.#most, greatest(data));
    }
    return reader;
  }

  /** Reads a window of `count` frames; what lies behind the last frame is 0, as in transformers. @param first an even number */
  async window(first: number, count: number): Promise<Spectrogram> {
    if (!Number.isSafeInteger(first) || first < 0 || first % 2 !== 0) {
      throw new AudioError(`SpectrogramReader: expected first to be an even number, got ${shown(first)}`);
    }
    const { numMelBins } = this.config;
    const there = Math.max(0, Math.min(count, this.frames - first));
    const known = await this.#compute(first, there);
    const data = new Float32Array(numMelBins * count);
    for (let band = 0; band < numMelBins; band++) {
      for (let frame = 0; frame < there; frame++) {
        data[band * count + frame] = scaled(known.data[band * known.count + frame] ?? 0, this.#most);
      }
    }
    return { data, numMelBins, frames: count };
  }

  get #length(): number {
    const { chunkSeconds, sampleRate } = this.config;
    return Math.max(chunkSeconds * sampleRate, this.#mono.length);
  }

  async #compute(first: number, count: number): Promise<{ readonly count: number; readonly data: Float32Array }> {
    if (this.#last?.first === first && this.#last.count >= count) return this.#last;
    const { fftSize, hopLength } = this.config;
    const offset = Math.max(0, first * hopLength - fftSize);
    const samples = await this.#mono.read(offset, (first + count + 1) * hopLength + fftSize);
    checkSamples("SpectrogramReader", samples, offset);
    const part = { samples, offset, total: this.#mono.length, length: this.#length };
    this.#last = { first, count, data: this.#powers.logPowers(part, first, count) };
    return this.#last;
  }
}
