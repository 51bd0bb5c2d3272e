import { checkSound, type Sound } from "./sound.ts";

/** Bytes before the samples. */
const HEADER = 44;

/** Writes a WAV file of whole numbers of 16 bits; what is louder than they reach is cut. @throws AudioError for what is no sound */
export function encodeWav(sound: Sound): Uint8Array<ArrayBuffer> {
  checkSound("encodeWav", sound);
  const { channels } = sound;
  const [rate, frame, length] = [Math.round(sound.sampleRate), 2 * channels.length, channels[0]?.length ?? 0];
  const bytes = new Uint8Array(HEADER + frame * length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) => bytes.set(new TextEncoder().encode(value), at);
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // whole numbers
  view.setUint16(22, channels.length, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * frame, true);
  view.setUint16(32, frame, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, frame * length, true);
  for (const [c, channel] of channels.entries()) {
    for (let i = 0; i < length; i++) {
      const sample = Math.max(-1, Math.min(1, channel[i] ?? 0));
      view.setInt16(HEADER + i * frame + 2 * c, Math.min(0x7fff, Math.round(sample * 0x8000)), true);
    }
  }
  return bytes;
}
