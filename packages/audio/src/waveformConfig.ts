import { AudioError, shown } from "./audioError.ts";

/** What samples are like for a model that reads them as they are: the feature extractor of wav2vec 2.0. */
export interface WaveformConfig {
  /** Samples a second. */
  readonly sampleRate: number;
  /** Whether samples have mean 0 and variance 1. */
  readonly normalize: boolean;
  /** Whether a model is told what is padding, in batches: not one whose features are normalised over time. Default false. */
  readonly masksPadding?: boolean;
}

/** Fields that change numbers, and the only value of each that is known. */
const ONLY: Readonly<Record<string, unknown>> = {
  feature_extractor_type: "Wav2Vec2FeatureExtractor",
  feature_size: 1,
  padding_side: "right",
  padding_value: 0,
};

/** Reads the `preprocessor_config.json` of a wav2vec 2.0 or a HuBERT. @throws AudioError naming the field */
export function parseWaveformConfig(json: unknown): WaveformConfig {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new AudioError(`preprocessor_config.json: expected an object, got ${shown(json)}`);
  }
  const fields = json as Readonly<Record<string, unknown>>;
  const refuse = (name: string, expected: string): never => {
    const got = JSON.stringify(fields[name])?.slice(0, 80);
    throw new AudioError(`preprocessor_config.json: expected ${name} to be ${expected}, got ${got}`);
  };
  for (const [name, value] of Object.entries(ONLY)) {
    if ((fields[name] ?? value) !== value) refuse(name, JSON.stringify(value));
  }
  const { sampling_rate: sampleRate = 16_000, do_normalize: normalize = true } = fields;
  const { return_attention_mask: masksPadding = false } = fields;
  if (!Number.isSafeInteger(sampleRate) || (sampleRate as number) < 1 || (sampleRate as number) > 1e6) {
    refuse("sampling_rate", "a whole number above 0");
  }
  if (typeof normalize !== "boolean") refuse("do_normalize", "true or false");
  if (typeof masksPadding !== "boolean") refuse("return_attention_mask", "true or false");
  return {
    sampleRate: sampleRate as number,
    normalize: normalize as boolean,
    ...(masksPadding === true && { masksPadding }),
  };
}

/** Formats a `preprocessor_config.json` that transformers reads: {@link parseWaveformConfig} reads it back. */
export function formatWaveformConfig(config: WaveformConfig): Record<string, unknown> {
  const { sampleRate, normalize, masksPadding = false } = (config ?? {}) as Partial<WaveformConfig>;
  if (!Number.isSafeInteger(sampleRate) || typeof normalize !== "boolean") {
    throw new AudioError(`formatWaveformConfig: expected config with sampleRate and normalize, got ${shown(config)}`);
  }
  return { ...ONLY, sampling_rate: sampleRate, do_normalize: normalize, return_attention_mask: masksPadding };
}

/** Gives samples mean 0 and variance 1, as `Wav2Vec2FeatureExtractor`; silence stays silence. @throws AudioError for what is no sound */
export function normalizeWaveform(samples: Float32Array): Float32Array {
  if (!(samples instanceof Float32Array)) {
    throw new AudioError(`normalizeWaveform: expected samples as a Float32Array, got ${shown(samples)}`);
  }
  const bad = samples.findIndex((sample) => !Number.isFinite(sample));
  if (bad >= 0) throw new AudioError(`normalizeWaveform: expected finite samples, got ${samples[bad]} at ${bad}`);
  const { length } = samples;
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / length;
  const variance = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / length;
  const scale = 1 / Math.sqrt(variance + 1e-7);
  return samples.map((sample) => (sample - mean) * scale);
}
