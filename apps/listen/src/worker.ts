// All tensor work of the page, so that the page never waits for it.
import { hostApi, ModelHost, serveWorker } from "@qkv/app-shell/worker";
import { openWav, readMono, type SoundSource } from "@qkv/audio";
import { type LiveText, transcribeLive } from "@qkv/pretrained";
import { type HeardSegment, heardSegment } from "./worker/heardSegment.ts";
import { type ListeningSettings, openListener, optionsOf } from "./worker/listener.ts";
import { type Loudness, loudnessOf } from "./worker/loudness.ts";
import { SAMPLE_RATE, SentSound } from "./worker/sentSound.ts";
import { SpokenParts } from "./worker/spokenParts.ts";

/** What the page is sent while a model listens: that it begins, what was said, and how far it is, in seconds. */
export type News =
  { readonly begins: true } | { readonly segment: HeardSegment } | { readonly done: number; readonly total: number };

/** What a page has to know of a sound. */
export interface SoundDescription extends Loudness {
  readonly seconds: number;
}

const host = new ModelHost(openListener);

/** The sound, and what the page calls it: a worker that was started anew holds none. */
let held: { readonly id: number; readonly source: SoundSource } | undefined;
let sent = new SentSound();
let spoken = new SpokenParts();

async function hold(id: number, source: SoundSource): Promise<SoundDescription> {
  const mono = readMono(source, SAMPLE_RATE);
  const loudness = await loudnessOf(mono, SAMPLE_RATE);
  held = { id, source };
  return { ...loudness, seconds: mono.length / SAMPLE_RATE };
}

const api = {
  ...hostApi(host),
  describe: () => host.run(({ transcriber }) => Promise.resolve({ languages: transcriber.languages })),

  /** Whether it has a sound still. */
  holds: (id: number) => held?.id === id,
  /** Takes a WAV file, which stays where it is: only what is listened to is read. */
  takeFile: async (id: number, file: Blob) => hold(id, await openWav(file)),
  /** Takes a part of a sound at 16 kHz. @param isFirst begins another sound */
  takePart: (samples: Float32Array, isFirst: boolean) => {
    if (isFirst) sent = new SentSound();
    sent.push(samples);
  },
  /** All parts of a sound are there. */
  takeParts: (id: number) => hold(id, sent),

  /** Writes what is said. All news has arrived before it ends. */
  transcribe: (settings: ListeningSettings, onNews: (news: News) => void | Promise<void>) =>
    host.run(async ({ transcriber }, signal): Promise<void> => {
      if (held === undefined) throw new Error("expected a sound, got none");
      await onNews({ begins: true }); // after a loss of the GPU once more
      const onProgress = (progress: { done: number; total: number }) => void onNews(progress);
      const options = { ...optionsOf(settings, transcriber), words: true, wordAttention: true, signal, onProgress };
      for await (const segment of transcriber.segments(held.source, options)) {
        await onNews({ segment: heardSegment(segment) });
      }
    }),

  /** Writes what is spoken, as it is spoken, until `endSpeech`. */
  transcribeSpeech: (settings: ListeningSettings, onText: (text: LiveText) => void | Promise<void>) =>
    host.run(async ({ transcriber }, signal): Promise<void> => {
      const options = { ...optionsOf(settings, transcriber), signal };
      for await (const text of transcribeLive(transcriber, spoken, options)) await onText(text);
    }),
  /** Takes what was spoken next. @param isFirst begins another speech */
  speak: (samples: Float32Array, isFirst: boolean) => {
    if (isFirst) spoken = new SpokenParts();
    spoken.push(samples);
  },
  endSpeech: () => spoken.end(),
};

/** What the page may ask for. */
export type WorkerApi = typeof api;

serveWorker(api);
