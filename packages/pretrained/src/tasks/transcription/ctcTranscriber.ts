import { normalizeWaveform, type Sound, type SoundSource, type WaveformConfig } from "@qkv/audio";
import { checkOptions, checkRecord, logSumExp, type OptionNames } from "@qkv/ops";
import type { SpeechCtcModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { type CtcSpan, ctcText } from "./ctcText.ts";
import type { CtcVocabulary } from "../../loading/ctcVocabulary.ts";
import { monoAt } from "./monoAt.ts";
import type { TranscriptWord } from "./transcriber.ts";

/** Options of transcription by characters. */
export interface CtcTranscribeOptions {
  /** Whether the text comes with its words and their times. Default false. */
  readonly words?: boolean;
  /** Whether it comes with its characters and their times. Default false. */
  readonly characters?: boolean;
  readonly signal?: AbortSignal;
  /** Called with the seconds of sound that are done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

const OPTIONS: OptionNames<CtcTranscribeOptions> = { words: true, characters: true, signal: true, onProgress: true };

/** What is said from one time to another. */
export interface CtcSegment {
  readonly text: string;
  /** Seconds. */
  readonly start: number;
  /** Seconds. */
  readonly end: number;
  /** The likeliest token of each step. */
  readonly ids: readonly number[];
  /** The mean log-probability of those tokens. */
  readonly averageLogProbability: number;
  /** Such a model does not tell. */
  readonly noSpeechProbability?: undefined;
  /** With `words` alone. */
  readonly words?: readonly TranscriptWord[];
  /** With `characters` alone; spaces are some. */
  readonly characters?: readonly TranscriptWord[];
}

/** What is said in a sound. */
export interface CtcTranscript {
  readonly text: string;
  /** Such a model does not tell. */
  readonly language?: undefined;
  readonly segments: readonly CtcSegment[];
}

/** What a {@link CtcTranscriber} works with. */
export interface CtcTranscriberParts {
  readonly model: SpeechCtcModel;
  readonly vocabulary: CtcVocabulary;
  readonly waveform: WaveformConfig;
}

/** Seconds that are read at once of a longer sound, and those on each side that only give what is between them a context. */
const [WINDOW, CONTEXT] = [30, 5];

/**
 * Writes what is said in a sound of any length, by a model of characters: wav2vec 2.0 or HuBERT. A sound of more than 30 seconds is read
 * in windows that overlap, as by transformers' pipeline with `chunk_length_s=30`.
 */
export class CtcTranscriber {
  readonly #parts: CtcTranscriberParts;

  constructor(parts: CtcTranscriberParts) {
    checkRecord("CtcTranscriber", "parts", parts);
    this.#parts = parts;
  }

  get model(): SpeechCtcModel {
    return this.#parts.model;
  }

  /** The codes of the languages that can be chosen: none. */
  get languages(): readonly string[] {
    return [];
  }

  /** Writes what is said in a sound. @throws AudioError for samples that are no finite numbers */
  async transcribe(sound: Sound | SoundSource, options: CtcTranscribeOptions = {}): Promise<CtcTranscript> {
    const segments: CtcSegment[] = [];
    for await (const segment of this.segments(sound, options)) segments.push(segment);
    return { text: segments.map(({ text }) => text).join(" "), segments };
  }

  /** The same, as segments: one, of the whole sound, or none if nothing is said. */
  async *segments(
    sound: Sound | SoundSource,
    options: CtcTranscribeOptions = {},
  ): AsyncGenerator<CtcSegment, void, undefined> {
    checkOptions("transcribe", options, OPTIONS);
    const { model, vocabulary, waveform } = this.#parts;
    const { words = false, characters = false, signal, onProgress } = options;
    const { sampleRate, normalize } = waveform;
    const mono = monoAt(sound, sampleRate);
    const total = mono.length / sampleRate;
    const ids: number[] = [];
    let sum = 0;
    for (const { start, end, from, to } of windowsOf(mono.length, sampleRate, model.stride)) {
      signal?.throwIfAborted();
      if (model.lengthOf(end - start) < 1) break; // too short to be heard
      const part = await mono.read(start, end);
      const steps = await this.#likeliest(normalize ? normalizeWaveform(part) : part);
      ids.push(...steps.ids.slice(from, to));
      sum += steps.logProbabilities.slice(from, to).reduce((total, each) => total + each, 0);
      onProgress?.({ done: Math.min(total, end / sampleRate), total });
    }
    const found = ctcText(ids, vocabulary);
    if (found.text === "") return;
    const step = model.stride / sampleRate;
    const timed = ({ text, from, to }: CtcSpan): TranscriptWord => ({ text, start: from * step, end: to * step });
    const { isLowerCase } = vocabulary;
    const said = ({ text, ...span }: CtcSpan) => timed({ ...span, text: isLowerCase ? text.toLowerCase() : text });
    yield {
      text: found.text,
      start: 0,
      end: total,
      ids,
      averageLogProbability: sum / ids.length,
      ...(words && { words: found.words.map(said) }),
      ...(characters && { characters: found.characters.map(said) }),
    };
  }

  async #likeliest(samples: Float32Array): Promise<{ ids: number[]; logProbabilities: number[] }> {
    const [ids, best] = tf.tidy(() => {
      const { logits } = this.model.forward({ samples: tf.tensor2d(samples, [1, samples.length]) });
      const rows = tf.reshape(logits, [logits.shape[1], logits.shape[2]]);
      return [tf.argMax(rows, 1), tf.sub(tf.max(rows, 1), tf.reshape(logSumExp(rows), [-1]))] as [tf.Tensor, tf.Tensor];
    });
    try {
      const [places, logs] = await Promise.all([ids.data(), best.data()]);
      return { ids: [...places], logProbabilities: [...logs] };
    } finally {
      tf.dispose([ids, best]);
    }
  }
}

interface Window {
  /** Samples. */
  readonly start: number;
  readonly end: number;
  /** Steps of the window that count. */
  readonly from: number;
  readonly to: number;
}

/** Windows over a sound, aligned to the model's steps. */
function* windowsOf(length: number, sampleRate: number, stride: number): Generator<Window> {
  const aligned = (seconds: number) => Math.round((seconds * sampleRate) / stride) * stride;
  const [size, context] = [aligned(WINDOW), aligned(CONTEXT)];
  if (length <= size) {
    yield { start: 0, end: length, from: 0, to: Infinity };
    return;
  }
  for (let start = 0; start < length; start += size - 2 * context) {
    const end = Math.min(length, start + size);
    const isLast = start + size >= length;
    const from = start === 0 ? 0 : context / stride;
    const steps = Math.round((end - start) / stride);
    yield { start, end, from, to: isLast ? steps : steps - context / stride };
    if (isLast) return;
  }
}
