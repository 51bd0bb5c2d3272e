import type { Sound, SoundSource } from "@qkv/audio";

/** What a Whisper hears: samples a second. */
export const SAMPLE_RATE = 16_000;

/** A sound that the page sends part by part, as whole numbers of 16 bits. */
export class SentSound implements SoundSource {
  readonly sampleRate = SAMPLE_RATE;
  readonly #parts: Int16Array[] = [];
  length = 0;

  /** Adds what comes next. */
  push(samples: Float32Array): void {
    this.#parts.push(Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 0x7fff));
    this.length += samples.length;
  }

  read(start: number, end: number): Promise<Sound> {
    const samples = new Float32Array(Math.max(0, Math.min(end, this.length) - start));
    let at = 0; // where the part begins
    for (const part of this.#parts) {
      const [from, to] = [Math.max(start, at), Math.min(end, at + part.length)];
      for (let i = from; i < to; i++) samples[i - start] = (part[i - at] ?? 0) / 0x7fff;
      at += part.length;
    }
    return Promise.resolve({ channels: [samples], sampleRate: SAMPLE_RATE });
  }
}
