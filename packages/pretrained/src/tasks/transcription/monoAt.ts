import { checkSound, type MonoReader, readMono, type Sound, type SoundSource } from "@qkv/audio";

/** The mean of a sound's channels at a sample rate. @throws AudioError for what is no sound */
export function monoAt(sound: Sound | SoundSource, sampleRate: number): MonoReader {
  if (typeof (sound as Partial<SoundSource> | undefined)?.read !== "function") checkSound("transcribe", sound as Sound);
  return readMono(sound, sampleRate);
}
