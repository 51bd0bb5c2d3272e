import { AudioError, shown } from "./audioError.ts";

/** What a log-mel spectrogram is like: Whisper's feature extractor. */
export interface SpectrogramConfig {
  /** M: the number of bands. */
  readonly numMelBins: number;
  /** Samples a second of the sound. */
  readonly sampleRate: number;
  /** The number of samples in a frame's window. */
  readonly fftSize: number;
  /** The number of samples from frame to frame. */
  readonly hopLength: number;
  /** Seconds of sound: less is padded with silence. */
  readonly chunkSeconds: number;
}

const DEFAULTS: SpectrogramConfig = {
  numMelBins: 80,
  sampleRate: 16_000,
  fftSize: 400,
  hopLength: 160,
  chunkSeconds: 30,
};

/** Fields that change numbers, and the only value of each that is known. */
const ONLY: Readonly<Record<string, readonly unknown[]>> = {
  feature_extractor_type: ["WhisperFeatureExtractor"],
  padding_side: ["right"],
  padding_value: [0],
  dither: [0],
  do_normalize: [false],
};

const NAMES = {
  feature_size: "numMelBins",
  sampling_rate: "sampleRate",
  n_fft: "fftSize",
  hop_length: "hopLength",
  chunk_length: "chunkSeconds",
} as const;

/** Reads the `preprocessor_config.json` of a Whisper. @throws AudioError naming the field */
export function parseSpectrogramConfig(json: unknown): SpectrogramConfig {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new AudioError(`preprocessor_config.json: expected an object, got ${shown(json)}`);
  }
  const fields = json as Readonly<Record<string, unknown>>;
  const refuse = (name: string, expected: string): never => {
    const got = JSON.stringify(fields[name])?.slice(0, 80);
    throw new AudioError(`preprocessor_config.json: expected ${name} to be ${expected}, got ${got}`);
  };
  for (const [name, values] of Object.entries(ONLY)) {
    const value = fields[name];
    if (value !== undefined && value !== null && !values.includes(value)) refuse(name, JSON.stringify(values[0]));
  }
  const numbers = Object.entries(NAMES).map(([name, field]) => {
    const value = fields[name] ?? DEFAULTS[field];
    const isCount = Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= 1e6;
    return [field, isCount ? value : refuse(name, "a whole number above 0")];
  });
  return Object.fromEntries(numbers) as SpectrogramConfig;
}

/** Formats a `preprocessor_config.json` that transformers reads: {@link parseSpectrogramConfig} reads it back. */
export function formatSpectrogramConfig(config: SpectrogramConfig): Record<string, unknown> {
  checkSpectrogramConfig("formatSpectrogramConfig", config);
  const samples = config.chunkSeconds * config.sampleRate;
  return {
    feature_extractor_type: "WhisperFeatureExtractor",
    processor_class: "WhisperProcessor",
    ...Object.fromEntries(Object.entries(NAMES).map(([name, field]) => [name, config[field]])),
    ...{ n_samples: samples, nb_max_frames: Math.floor(samples / config.hopLength) },
    ...{ padding_side: "right", padding_value: 0, return_attention_mask: false, dither: 0 },
  };
}

/** Refuses what is no {@link SpectrogramConfig}. */
export function checkSpectrogramConfig(who: string, config: SpectrogramConfig): void {
  for (const field of Object.values(NAMES)) {
    const value = (config as Partial<SpectrogramConfig> | undefined)?.[field];
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      throw new AudioError(`${who}: expected config.${field} to be a whole number above 0, got ${shown(value)}`);
    }
  }
}
