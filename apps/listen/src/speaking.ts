// What is spoken into the microphone, and its text as one speaks.
import { remoteListener } from "@qkv/app-shell";
import { signal } from "@preact/signals";
import { encodeWav, microphone } from "@qkv/audio";
import type { LiveText } from "@qkv/pretrained";
import { worker } from "./connection.ts";
import { guarded, model, problem } from "./models.ts";
import { end, listenTo } from "./session.ts";
import { settings } from "./settings.ts";
import { SAMPLE_RATE } from "./worker/sentSound.ts";

/** The text so far of what is being spoken; undefined while nothing is. */
export const live = signal<LiveText | undefined>(undefined);
/** Seconds that were recorded; undefined while nothing is. */
export const recorded = signal<number | undefined>(undefined);

/** What the page calls what was spoken. */
const NAME = "microphone.wav";

let recording: AbortController | undefined;

/** Ends the recording: what was spoken is then listened to as a whole. */
export function stopSpeaking(): void {
  recording?.abort();
}

/** Records what is spoken until it is stopped, and writes it as one speaks. */
export async function speak(): Promise<void> {
  if (recording !== undefined) return;
  const stopping = new AbortController();
  recording = stopping;
  await end();
  problem.value = undefined;
  const parts: Float32Array<ArrayBufferLike>[] = [];
  let writing: Promise<void> = Promise.resolve();
  await guarded(async () => {
    for await (const samples of microphone({ sampleRate: SAMPLE_RATE, signal: stopping.signal })) {
      await worker.speak(samples, parts.length === 0);
      parts.push(samples);
      recorded.value = (recorded.peek() ?? 0) + samples.length / SAMPLE_RATE;
      if (parts.length === 1 && model.value !== undefined) writing = writeSpeech();
    }
  });
  recorded.value = undefined;
  await guarded(() => worker.endSpeech());
  await writing;
  recording = undefined;
  live.value = undefined;
  if (parts.length === 0) return;
  const wav = encodeWav({ channels: [joined(parts)], sampleRate: SAMPLE_RATE });
  await listenTo(NAME, new Blob([wav], { type: "audio/wav" }));
}

async function writeSpeech(): Promise<void> {
  live.value = { settled: "", open: "" };
  const listener = remoteListener((text: LiveText) => {
    if (live.value !== undefined) live.value = text;
  });
  await guarded(() => worker.transcribeSpeech(settings.value, listener));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
