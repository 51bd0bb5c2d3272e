import { readMono, type Sound, type SoundSource } from "@qkv/audio";
import { describeArgument } from "@qkv/ops";
import type { Answered } from "./answers.ts";
import type { DataRecord } from "../records/dataRecord.ts";

/** A sound, whole or read part by part, or what opens one: so that not all of them are decoded at once. */
export type GivenSound = Sound | SoundSource | (() => Promise<Sound | SoundSource>);

/** What is said in a sound. */
export interface SpokenText {
  readonly audio: GivenSound;
  readonly text: string;
}

/** The samples that a model hears, one channel at its rate, and the tokens that it is to write. */
export interface EncodedSpeech extends Answered {
  readonly samples: Float32Array;
  /** What is said, as the record has it. */
  readonly text: string;
}

/** A field that is a sound, or opens one. @throws RangeError naming the field */
export function givenSoundOf(record: DataRecord, field: string): GivenSound {
  const value = record[field] as { readonly channels?: unknown; readonly read?: unknown } | null | undefined;
  if (typeof value === "function") return value as GivenSound;
  if (Array.isArray(value?.channels) || typeof value?.read === "function") return value as GivenSound;
  throw new RangeError(`expected ${field} to be a sound or a function that opens one, got ${describeArgument(value)}`);
}

/**
 * Reads a sound as one channel at a rate.
 *
 * @returns undefined for a sound that is longer than `maxSeconds`, of which no sample is read
 * @throws RangeError for a sound without samples
 * @throws AudioError for what is no sound, or samples that are no finite numbers
 */
export async function samplesOf(
  given: GivenSound,
  sampleRate: number,
  maxSeconds: number,
): Promise<Float32Array | undefined> {
  const mono = readMono(typeof given === "function" ? await given() : given, sampleRate);
  if (mono.length === 0) throw new RangeError("expected audio with samples, got a sound of 0 seconds");
  return mono.length > maxSeconds * sampleRate ? undefined : mono.read(0, mono.length);
}

/** Longer sounds are left out where nothing else is asked for. */
const DEFAULT_SECONDS = 30;

/** The longest sound of training, in seconds. @throws RangeError if more is asked for than the model takes */
export function maxSecondsOf(name: string, wanted: number | undefined, limit = Infinity): number {
  if (wanted === undefined) return Math.min(limit, DEFAULT_SECONDS);
  if (wanted > 0 && wanted <= limit) return wanted;
  const expected = limit === Infinity ? "above 0" : `above 0 and at most ${limit}, which the model takes`;
  throw new RangeError(`${name}: expected maxSeconds to be ${expected}, got ${wanted}`);
}
