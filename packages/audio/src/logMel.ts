import { checkSamples, greatest, MelPowers, scaled } from "./melPowers.ts";
import type { SpectrogramConfig } from "./spectrogramConfig.ts";

/** A log-mel spectrogram. */
export interface Spectrogram {
  /** [M, T] */
  readonly data: Float32Array;
  readonly numMelBins: number;
  /** T */
  readonly frames: number;
}

/** Makes log-mel spectrograms as `WhisperFeatureExtractor` of Hugging Face transformers. */
export class LogMel {
  readonly config: SpectrogramConfig;
  readonly #powers: MelPowers;

  constructor(config: SpectrogramConfig) {
    this.#powers = new MelPowers("LogMel", config);
    this.config = config;
  }

  /**
   * Computes the spectrogram of one channel at the config's sample rate: padded with silence to the config's seconds, and cut there.
   *
   * @throws AudioError for samples that are no finite numbers
   */
  spectrogram(samples: Float32Array): Spectrogram {
    checkSamples("spectrogram", samples);
    const { numMelBins, hopLength, chunkSeconds, sampleRate } = this.config;
    const length = chunkSeconds * sampleRate;
    const frames = Math.floor(length / hopLength);
    const heard = samples.subarray(0, length);
    const data = this.#powers.logPowers({ samples: heard, offset: 0, total: heard.length, length }, 0, frames);
    const most = greatest(data);
    return { data: data.map((value) => scaled(value, most)), numMelBins, frames };
  }
}
