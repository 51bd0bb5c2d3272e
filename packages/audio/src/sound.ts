import { AudioError, shown } from "./audioError.ts";

/** A sound: one channel, or several of the same length. */
export interface Sound {
  /** Samples of each channel, from -1 to 1. */
  readonly channels: readonly Float32Array[];
  /** Samples a second. */
  readonly sampleRate: number;
}

/** Refuses what is no sound, and samples that are no finite numbers. @throws AudioError */
export function checkSound(who: string, sound: Sound): void {
  const { channels, sampleRate } = (sound ?? {}) as Partial<Sound>;
  if (!Array.isArray(channels) || channels.length === 0 || !channels.every((each) => each instanceof Float32Array)) {
    throw new AudioError(`${who}: expected a sound with channels of Float32Array, got ${shown(sound)}`);
  }
  if (typeof sampleRate !== "number" || !(sampleRate > 0 && sampleRate <= 1e6)) {
    throw new AudioError(`${who}: expected a sampleRate in hertz, got ${shown(sampleRate)}`);
  }
  const lengths = channels.map(({ length }) => length);
  if (lengths.some((length) => length !== lengths[0])) {
    throw new AudioError(`${who}: expected channels of one length, got ${lengths.join(", ")} samples`);
  }
  for (const [i, channel] of channels.entries()) {
    const at = channel.findIndex((sample) => !Number.isFinite(sample));
    if (at >= 0) throw new AudioError(`${who}: expected finite samples, got ${channel[at]} at ${at} of channel ${i}`);
  }
}

/** Mixes the channels of a sound to one, their mean: what models hear. */
export function toMono(sound: Sound): Float32Array {
  checkSound("toMono", sound);
  const [first = new Float32Array(), ...others] = sound.channels;
  if (others.length === 0) return first;
  return first.map(
    (sample, i) => others.reduce((sum, channel) => sum + (channel[i] ?? 0), sample) / (others.length + 1),
  );
}
