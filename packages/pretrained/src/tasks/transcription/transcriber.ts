import { type Sound, type SoundSource, type SpectrogramConfig, SpectrogramReader } from "@qkv/audio";
import { disposeKeyValues } from "@qkv/attention";
import { tidy } from "@qkv/nn";
import { checkOptions, checkRecord, describeArgument, logSumExp, type OptionNames } from "@qkv/ops";
import type { Tokenizer } from "@qkv/tokenizers";
import { generate, type GenerationOptions, type Memory, type WhisperModel, withMemory } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { alignWindow } from "./alignWindow.ts";
import { compressionRatio } from "./compressionRatio.ts";
import { monoAt } from "./monoAt.ts";
import { checkPrompt, promptOf } from "./prompt.ts";
import { withPromptDefaults } from "./promptDefaults.ts";
import { splitWords } from "./splitWords.ts";
import { type TimedIds, timedSegments } from "./timedSegments.ts";
import { timestampRules } from "./timestampRules.ts";
import { TIME_STEP, type WhisperTokens } from "./whisperTokens.ts";

/** Options of transcription. */
export interface TranscribeOptions {
  /** The language that is spoken, as its code: `en`. Default: that of the model's files, or else what it hears in the first 30 seconds. */
  readonly language?: string;
  /** Whether the text is in the language that is spoken, or in English. Default as the model's files say, else `transcribe`. */
  readonly task?: "transcribe" | "translate";
  /** Whether segments have times of the model's. Default true; sound of more than 30 seconds has them always. */
  readonly timestamps?: boolean;
  /** Whether segments have their words with times. Default false. */
  readonly words?: boolean;
  /** Whether words come with their attention over the sound. Default false. */
  readonly wordAttention?: boolean;
  /** The number of beams. Default as `generation_config.json` says, else 1. */
  readonly numBeams?: number;
  /**
   * Temperatures to try, each where the one before it gave a text that repeats itself or that is unlikely. Default 0, 0.2, ..., 1, and 0
   * alone with beams.
   */
  readonly temperatures?: readonly number[];
  /** A text that repeats itself: its size by that when compressed. Default 2.4. */
  readonly compressionRatioThreshold?: number;
  /** An unlikely text: its mean log-probability. Default -1. */
  readonly logProbThreshold?: number;
  /** Silence: the probability that nobody speaks, of an unlikely text. Default 0.6. */
  readonly noSpeechThreshold?: number;
  readonly signal?: AbortSignal;
  /** Called with the seconds of sound that are done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

const TRANSCRIBE: OptionNames<TranscribeOptions> = {
  language: true,
  task: true,
  timestamps: true,
  words: true,
  wordAttention: true,
  numBeams: true,
  temperatures: true,
  compressionRatioThreshold: true,
  logProbThreshold: true,
  noSpeechThreshold: true,
  signal: true,
  onProgress: true,
};

/** A word and its time. */
export interface TranscriptWord {
  /** With the space before it and its punctuation: the words of a segment make its text together. */
  readonly text: string;
  /** Seconds. */
  readonly start: number;
  /** Seconds. */
  readonly end: number;
  /** With `wordAttention` alone. */
  readonly attention?: WordAttention;
}

/** What a word attends to in the sound of its window. */
export interface WordAttention {
  /** Seconds, of the first value. */
  readonly start: number;
  /** Seconds from value to value. */
  readonly step: number;
  /** The mean of the alignment heads and of the word's tokens. */
  readonly values: Float32Array;
}

/** What is said from one time to another. */
export interface TranscriptSegment {
  readonly text: string;
  /** Seconds. */
  readonly start: number;
  /** Seconds. */
  readonly end: number;
  /** Its tokens, timestamps included. */
  readonly ids: readonly number[];
  /** With `words` alone. */
  readonly words?: readonly TranscriptWord[];
  /** The mean log-probability of its window's tokens. */
  readonly averageLogProbability: number;
  /** The probability that nobody speaks in its window. */
  readonly noSpeechProbability: number;
}

/** What is said in a sound. */
export interface Transcript {
  readonly text: string;
  /** The language's code; absent of a model that knows English alone. */
  readonly language?: string;
  readonly segments: readonly TranscriptSegment[];
}

/** What a transcriber works with. */
export interface TranscriberParts {
  readonly model: WhisperModel;
  readonly tokenizer: Tokenizer;
  readonly spectrogram: SpectrogramConfig;
  readonly tokens: WhisperTokens;
  /** What `generation_config.json` says: tokens that are never written, beams, penalties. */
  readonly generation: GenerationOptions;
}

/** Writes what is said in a sound of any length: window by window of 30 seconds, each from where the one before it ended. */
export class Transcriber {
  readonly #parts: TranscriberParts;

  constructor(parts: TranscriberParts) {
    checkRecord("Transcriber", "parts", parts);
    this.#parts = parts;
  }

  get model(): WhisperModel {
    return this.#parts.model;
  }

  /** The codes of the languages that the model knows; none if it knows English alone. */
  get languages(): readonly string[] {
    return [...this.#parts.tokens.languages.keys()];
  }

  /** Writes what is said in a sound, whole or read part by part. @throws AudioError for samples that are no finite numbers */
  async transcribe(sound: Sound | SoundSource, options: TranscribeOptions = {}): Promise<Transcript> {
    const segments: TranscriptSegment[] = [];
    const heard: { language?: string | undefined } = {};
    for await (const segment of this.#listen(sound, options, heard)) segments.push(segment);
    return {
      text: segments
        .map(({ text }) => text)
        .join("")
        .trim(),
      ...(heard.language !== undefined && { language: heard.language }),
      segments,
    };
  }

  /** The same, one segment after the other as it is there. */
  segments(
    sound: Sound | SoundSource,
    options: TranscribeOptions = {},
  ): AsyncGenerator<TranscriptSegment, void, undefined> {
    return this.#listen(sound, options, {});
  }

  async *#listen(
    sound: Sound | SoundSource,
    given: TranscribeOptions,
    heard: { language?: string | undefined },
  ): AsyncGenerator<TranscriptSegment, void, undefined> {
    checkOptions("transcribe", given, TRANSCRIBE);
    checkPrompt("transcribe", this.#parts.tokens, given);
    this.#checkWords(given);
    const options = withPromptDefaults(given, this.#parts.tokens.defaults ?? {});
    if (options.language !== undefined) heard.language = options.language;
    const { sampleRate, hopLength, chunkSeconds } = this.#parts.spectrogram;
    const mono = monoAt(sound, sampleRate);
    const { signal, onProgress, timestamps = true, words = false } = options;
    const total = mono.length / sampleRate;
    const isTimed = timestamps || words || total > chunkSeconds;
    const spectrogram = await SpectrogramReader.open(mono, this.#parts.spectrogram, { ...(signal && { signal }) });
    const frames = soundFrames(mono.length, this.#parts.spectrogram);
    for (let seek = 0; seek < frames;) {
      signal?.throwIfAborted();
      const steps = Math.min(Math.ceil((frames - seek) / 2), this.model.config.maxSourcePositions);
      const memory = await this.#encode(spectrogram, seek);
      try {
        const found = await this.#read(memory, { ...options, timestamps: isTimed }, heard);
        const { segments, next } = isTimed
          ? timedSegments(found.ids, this.#parts.tokens.timestampBegin, steps)
          : { segments: [{ start: 0, end: steps, ids: found.ids }], next: steps };
        if (!found.isSilent) {
          const from = (seek * hopLength) / sampleRate;
          const place = words ? await this.#placeWords(memory, found, from, frames - seek, options) : undefined;
          let at = 0;
          for (const segment of segments) {
            const placed = this.#segment(segment, from, total, found);
            if (placed.text !== "") yield place === undefined ? placed : { ...placed, words: place(at, segment.ids) };
            at += segment.ids.length;
          }
        }
        seek += 2 * Math.max(1, found.isSilent ? steps : next);
      } finally {
        disposeKeyValues(memory.keyValues);
      }
      onProgress?.({ done: Math.min(total, (seek * hopLength) / sampleRate), total });
    }
  }

  /** Reads the window that begins at a frame. */
  async #encode(spectrogram: SpectrogramReader, seek: number): Promise<Memory> {
    const window = await spectrogram.window(seek, 2 * this.model.config.maxSourcePositions);
    const { data, numMelBins, frames } = window;
    return tidy(() => this.model.encode(tf.tensor3d(data, [1, numMelBins, frames])));
  }

  /** Reads one window, at higher temperatures while the text is not good. */
  async #read(
    memory: Memory,
    options: TranscribeOptions,
    heard: { language?: string | undefined },
  ): Promise<WindowText> {
    const { tokens, tokenizer, generation } = this.#parts;
    const {
      numBeams = generation.numBeams ?? 1,
      temperatures = numBeams > 1 ? [0] : TEMPERATURES,
      timestamps = true,
      signal,
    } = options;
    const { compressionRatioThreshold = 2.4, logProbThreshold = -1, noSpeechThreshold = 0.6 } = options;
    const first = await this.#firstLogits(memory);
    const noSpeech = Math.exp((first.logits[tokens.noSpeech] ?? -Infinity) - first.logSumExp);
    const language = (heard.language ??= languageOf(first.logits, tokens));
    const prompt = promptOf(tokens, { ...options, timestamps }, language);
    let found: WindowText | undefined;
    for (const [attempt, temperature] of temperatures.entries()) {
      const [[sequence] = []] = await generate(withMemory(this.model, memory), [prompt], {
        ...generation,
        ...(signal && { signal }),
        ...(temperature > 0 ? { numBeams: 1, sampling: { temperature, seed: attempt } } : { numBeams }),
        eosTokenId: tokens.end,
        maxNewTokens: this.model.config.maxPositions - prompt.length,
        logitsProcessors: timestamps ? [timestampRules(tokens, prompt.length)] : [],
      });
      const all = sequence?.ids.slice(prompt.length) ?? [];
      const ids = all.filter((id) => !tokens.end.includes(id));
      const averageLogProbability = sequence?.score ?? 0;
      const isSilent = noSpeech > noSpeechThreshold && averageLogProbability < logProbThreshold;
      const isEnded = ids.length < all.length;
      found = { prompt, ids, isEnded, averageLogProbability, noSpeechProbability: noSpeech, isSilent, language };
      const text = tokenizer.decode(ids.filter((id) => id < tokens.timestampBegin));
      const isGood =
        averageLogProbability >= logProbThreshold && (await compressionRatio(text)) <= compressionRatioThreshold;
      if (isGood || isSilent) break;
    }
    const nothing = { averageLogProbability: 0, noSpeechProbability: noSpeech, isSilent: true, language };
    return found ?? { prompt, ids: [], isEnded: true, ...nothing };
  }

  /** The logits after the start token: of the language, and of nobody speaking. */
  async #firstLogits(memory: Memory): Promise<{ readonly logits: Float32Array; readonly logSumExp: number }> {
    const [logits, sum] = tidy(() => {
      const { logits } = this.model.decode(tf.tensor2d([[this.#parts.tokens.start]], [1, 1], "int32"), memory);
      const flat = tf.reshape(logits, [1, -1]);
      return [flat, logSumExp(flat)] as [tf.Tensor, tf.Tensor];
    });
    try {
      const [values, [total = 0]] = (await Promise.all([logits.data(), sum.data()])) as [Float32Array, Float32Array];
      return { logits: values, logSumExp: total };
    } finally {
      tf.dispose([logits, sum]);
    }
  }

  #segment({ start, end, ids }: TimedIds, from: number, total: number, found: WindowText): TranscriptSegment {
    const { tokenizer, tokens } = this.#parts;
    return {
      text: tokenizer.decode(ids.filter((id) => id < tokens.timestampBegin)),
      start: from + start * TIME_STEP,
      end: Math.min(total, from + end * TIME_STEP),
      ids,
      averageLogProbability: found.averageLogProbability,
      noSpeechProbability: found.noSpeechProbability,
    };
  }

  /** Times the words of a window. @returns the words of some of its tokens, given the place of the first */
  async #placeWords(
    memory: Memory,
    found: WindowText,
    start: number,
    frames: number,
    { task, wordAttention = false }: TranscribeOptions,
  ): Promise<(at: number, ids: readonly number[]) => TranscriptWord[]> {
    const { tokens, tokenizer } = this.#parts;
    const { alignmentHeads = [], timestampBegin } = tokens;
    const text = { prompt: found.prompt, ids: found.ids, isEnded: found.isEnded, steps: frames >> 1 };
    const { ends, attention } = await alignWindow(this.model, memory, alignmentHeads, text);
    const language = task === "translate" ? "en" : found.language;
    const timeOf = (place: number) => roundTime(start + (ends[place] ?? 0) * TIME_STEP);
    const attentionOf = (from: number, to: number): WordAttention => ({ start, step: TIME_STEP, values: attention(from, to) }); // prettier-ignore
    return (at, ids) => {
      const places = [...ids.keys()].filter((i) => (ids[i] ?? 0) < timestampBegin).map((i) => at + i);
      const spoken = ids.filter((id) => id < timestampBegin);
      return splitWords(spoken, (some) => tokenizer.decode(some), language).map(({ text, from, to }) => {
        const [first = 0, last = 0] = [places[from], places[to - 1]];
        return {
          text,
          start: timeOf(first - 1),
          end: timeOf(last),
          ...(wordAttention && { attention: attentionOf(first, last + 1) }),
        };
      });
    };
  }

  #checkWords({ words, wordAttention }: TranscribeOptions): void {
    for (const [name, value] of Object.entries({ words, wordAttention })) {
      if (value !== undefined && typeof value !== "boolean") {
        throw new RangeError(`transcribe: expected ${name} to be true or false, got ${describeArgument(value)}`);
      }
    }
    if (wordAttention && !words) throw new RangeError("transcribe: expected words with wordAttention, got none");
    if (words && this.#parts.tokens.alignmentHeads === undefined) {
      throw new RangeError("transcribe: expected a model whose generation_config.json has alignment_heads for words");
    }
    const { medianFilterWidth } = this.model.config;
    if (words && medianFilterWidth % 2 === 0) {
      throw new RangeError(`transcribe: expected median_filter_width to be odd for words, got ${medianFilterWidth}`);
    }
  }
}

/** What one window says. */
interface WindowText {
  readonly prompt: readonly number[];
  /** Without the prompt and the end. */
  readonly ids: readonly number[];
  /** Whether the end came behind them. */
  readonly isEnded: boolean;
  readonly language: string | undefined;
  readonly averageLogProbability: number;
  readonly noSpeechProbability: number;
  readonly isSilent: boolean;
}

/** The number of frames with sound in them: of a sound that fills more than a window, whole ones alone, as transformers counts. */
function soundFrames(samples: number, { sampleRate, hopLength, chunkSeconds }: SpectrogramConfig): number {
  return samples > chunkSeconds * sampleRate ? Math.floor(samples / hopLength) : Math.ceil(samples / hopLength);
}

/** To hundredths of a second, as transformers. */
function roundTime(seconds: number): number {
  return Math.round(100 * seconds) / 100;
}

const TEMPERATURES = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** The likeliest language; undefined of a model that knows one alone. */
function languageOf(logits: Float32Array, { languages }: WhisperTokens): string | undefined {
  const scoreOf = (id: number) => logits[id] ?? -Infinity;
  return [...languages].toSorted(([, a], [, b]) => scoreOf(b) - scoreOf(a))[0]?.[0];
}
