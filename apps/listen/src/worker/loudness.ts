import type { MonoReader } from "@qkv/audio";

/** Steps of a second: one for each row of a Whisper's encoder. */
export const STEPS_PER_SECOND = 50;

/** How loud a sound is, step by step. */
export interface Loudness {
  /** The least and the greatest sample of each step, from -127 to 127, [2 N] */
  readonly extremes: Int8Array;
}

const SECONDS_AT_ONCE = 60;

/** Reads a sound once, a minute at a time. @param sampleRate of `mono`, a multiple of the steps' */
export async function loudnessOf(mono: MonoReader, sampleRate: number): Promise<Loudness> {
  const perStep = sampleRate / STEPS_PER_SECOND;
  const extremes = new Int8Array(2 * Math.ceil(mono.length / perStep));
  const atOnce = SECONDS_AT_ONCE * sampleRate;
  for (let start = 0; start < mono.length; start += atOnce) {
    const samples = await mono.read(start, start + atOnce);
    for (let at = 0; at < samples.length; at += perStep) {
      let [least, most] = [0, 0];
      for (const sample of samples.subarray(at, at + perStep)) {
        if (sample < least) least = sample;
        if (sample > most) most = sample;
      }
      const step = (start + at) / perStep;
      extremes[2 * step] = Math.max(-127, Math.floor(least * 127));
      extremes[2 * step + 1] = Math.min(127, Math.ceil(most * 127));
    }
  }
  return { extremes };
}
