import type { Sound } from "@qkv/audio";
import { checkOptions, checkRecord, describeArgument, type OptionNames } from "@qkv/ops";
import { GrowingSound } from "./growingSound.ts";
import type { TranscribeOptions, Transcriber, TranscriptWord } from "./transcriber.ts";

/** What is heard so far of speech that goes on. */
export interface LiveText {
  /** What stays as it is. */
  readonly settled: string;
  /** What may change when more is heard. */
  readonly open: string;
}

/** Options of live transcription. */
export interface LiveOptions extends Pick<TranscribeOptions, "language" | "task" | "signal"> {
  /** Samples a second of the parts. Default 16,000, as of `microphone`. */
  readonly sampleRate?: number;
  /** The fewest seconds of new sound before all that is open is heard again. Default 1. */
  readonly every?: number;
}

const LIVE: OptionNames<LiveOptions> = { language: true, task: true, signal: true, sampleRate: true, every: true };

/** Where as many seconds are open, their words settle up to the second bound, agreed or not: a window has 30. */
const [MOST_OPEN, SETTLED] = [25, 20];

/**
 * Writes speech as one speaks: what is open is heard again as more comes, and words settle when two hearings in a row agree on them
 * (arXiv:2307.14743). The last text has all settled.
 *
 * @param parts one channel, part by part, as `microphone` gives it
 * @throws RangeError for a model whose words cannot be timed
 */
export async function* transcribeLive(
  transcriber: Transcriber,
  parts: AsyncIterable<Float32Array>,
  options: LiveOptions = {},
): AsyncGenerator<LiveText, void, undefined> {
  checkRecord("transcribeLive", "transcriber", transcriber);
  checkOptions("transcribeLive", options, LIVE);
  const { sampleRate = 16_000, every = 1, ...heard } = options;
  if (typeof every !== "number" || !(every > 0)) {
    throw new RangeError(`transcribeLive: expected every to be seconds above 0, got ${describeArgument(every)}`);
  }
  const sound = new GrowingSound(parts);
  let settled = "";
  let before: readonly TranscriptWord[] = [];
  for (;;) {
    const isEnded = await sound.grown(every * sampleRate);
    heard.signal?.throwIfAborted();
    const { samples } = sound;
    const words = await wordsOf(transcriber, { channels: [samples], sampleRate }, heard);
    const agreed = isEnded
      ? words.length
      : Math.max(agreement(before, words), overdue(words, samples.length / sampleRate));
    const end = words[agreed - 1]?.end ?? 0;
    settled += textOf(words.slice(0, agreed));
    yield { settled, open: textOf(words.slice(agreed)) };
    if (isEnded) return;
    sound.forget(Math.round(end * sampleRate));
    before = words.slice(agreed).map((word) => ({ ...word, start: word.start - end, end: word.end - end }));
  }
}

async function wordsOf(transcriber: Transcriber, sound: Sound, options: TranscribeOptions): Promise<TranscriptWord[]> {
  const { segments } = await transcriber.transcribe(sound, { ...options, words: true });
  return segments.flatMap(({ words = [] }) => words);
}

/** How many of the first words are the same. */
function agreement(before: readonly TranscriptWord[], now: readonly TranscriptWord[]): number {
  const differs = now.findIndex(({ text }, i) => plain(text) !== plain(before[i]?.text ?? ""));
  return differs === -1 ? now.length : differs;
}

/** Without case and punctuation, which change while a sentence goes on. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "") || word;
}

/** How many of the first words may not stay open any longer. */
function overdue(words: readonly TranscriptWord[], seconds: number): number {
  return seconds < MOST_OPEN ? 0 : words.filter(({ end }) => end <= SETTLED).length;
}

function textOf(words: readonly TranscriptWord[]): string {
  return words.map(({ text }) => text).join("");
}
