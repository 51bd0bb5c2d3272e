import { checkSound, resample, type Sound, toMono } from "@qkv/audio";

/** The mean of a sound's channels at a sample rate. @throws AudioError for what is no sound */
export function monoAt(sound: Sound, sampleRate: number): Float32Array {
  checkSound("transcribe", sound);
  return resample(toMono(sound), Math.round(sound.sampleRate), sampleRate);
}
