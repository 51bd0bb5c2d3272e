import { AudioError, shown } from "./audioError.ts";
import { resample, resamplingRatio } from "./resample.ts";
import { checkHertz } from "./resampleParts.ts";
import { checkSound, type Sound, toMono } from "./sound.ts";

/** A sound that is read part by part, so that its length costs no memory. */
export interface SoundSource {
  /** Samples a second, a whole number. */
  readonly sampleRate: number;
  /** Samples of each channel. */
  readonly length: number;
  /** Reads the samples from `start` up to `end`. @throws AudioError for samples that cannot be read */
  read(start: number, end: number): Promise<Sound>;
}

/** One channel of a sound at some rate, read part by part. */
export interface MonoReader {
  /** Samples at that rate. */
  readonly length: number;
  /** Reads the samples from `start` up to `end`, or up to the end of the sound. */
  read(start: number, end: number): Promise<Float32Array>;
}

/**
 * Reads a sound as one channel, the mean of its channels, at a sample rate. Parts are, to the bit, those of the whole resampled at once.
 *
 * @param sound whole, or read part by part
 * @param sampleRate samples a second, a whole number
 * @throws AudioError for what is no sound
 */
export function readMono(sound: Sound | SoundSource, sampleRate: number): MonoReader {
  checkHertz("readMono", "sampleRate", sampleRate);
  if (!isSource(sound)) {
    checkSound("readMono", sound);
    const samples = resample(toMono(sound), Math.round(sound.sampleRate), sampleRate);
    return { length: samples.length, read: (start, end) => Promise.resolve(samples.subarray(start, end)) };
  }
  const { old, next, reach } = resamplingRatio(sound.sampleRate, sampleRate);
  const length = Math.ceil((next * sound.length) / old);
  const read = async (start: number, end: number): Promise<Float32Array> => {
    const until = Math.min(end, length);
    if (start >= until) return new Float32Array();
    const margin = Math.ceil(reach / old); // in steps of `old` samples, which are `next` new ones
    const first = Math.max(0, Math.floor(start / next) - margin);
    const last = Math.ceil(until / next) + margin;
    const part = await sound.read(first * old, Math.min(sound.length, last * old));
    const samples = resample(toMono(part), sound.sampleRate, sampleRate);
    return samples.subarray(start - first * next, until - first * next);
  };
  return { length, read };
}

/** Whether a sound is read part by part. @throws AudioError for a source without a length or a rate */
function isSource(sound: Sound | SoundSource): sound is SoundSource {
  if (typeof (sound as Partial<SoundSource> | undefined)?.read !== "function") return false;
  const { sampleRate, length } = sound as SoundSource;
  for (const [name, value] of Object.entries({ sampleRate, length })) {
    if (!Number.isSafeInteger(value) || value < (name === "length" ? 0 : 1)) {
      throw new AudioError(`readMono: expected ${name} of the source to be a whole number, got ${shown(value)}`);
    }
  }
  return true;
}
