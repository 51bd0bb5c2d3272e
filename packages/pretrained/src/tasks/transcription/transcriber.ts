import { LogMel, type Sound, type SpectrogramConfig } from "@qkv/audio";
import { disposeKeyValues } from "@qkv/attention";
import { tidy } from "@qkv/nn";
import { checkOptions, checkRecord, describeArgument, logSumExp, type OptionNames } from "@qkv/ops";
import type { Tokenizer } from "@qkv/tokenizers";
import { generate, type GenerationOptions, type Memory, type WhisperModel, withMemory } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { compressionRatio } from "./compressionRatio.ts";
import { monoAt } from "./monoAt.ts";
import { type TimedIds, timedSegments } from "./timedSegments.ts";
import { timestampRules } from "./timestampRules.ts";
import { TIME_STEP, type WhisperTokens } from "./whisperTokens.ts";

/** Options of transcription. */
export interface TranscribeOptions {
  /** The language that is spoken, as its code: `en`. Default: what the model hears in the first 30 seconds. */
  readonly language?: string;
  /** Whether the text is in the language that is spoken, or in English. Default `transcribe`. */
  readonly task?: "transcribe" | "translate";
  /** Whether segments have times of the model's. Default true; sound of more than 30 seconds has them always. */
  readonly timestamps?: boolean;
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
  numBeams: true,
  temperatures: true,
  compressionRatioThreshold: true,
  logProbThreshold: true,
  noSpeechThreshold: true,
  signal: true,
  onProgress: true,
};

/** What is said from one time to another. */
export interface TranscriptSegment {
  readonly text: string;
  /** Seconds. */
  readonly start: number;
  /** Seconds. */
  readonly end: number;
  /** Its tokens, timestamps included. */
  readonly ids: readonly number[];
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
  readonly #logMel: LogMel;

  constructor(parts: TranscriberParts) {
    checkRecord("Transcriber", "parts", parts);
    this.#parts = parts;
    this.#logMel = new LogMel(parts.spectrogram);
  }

  get model(): WhisperModel {
    return this.#parts.model;
  }

  /** The codes of the languages that the model knows; none if it knows English alone. */
  get languages(): readonly string[] {
    return [...this.#parts.tokens.languages.keys()];
  }

  /** Writes what is said in a sound. @throws AudioError for samples that are no finite numbers */
  async transcribe(sound: Sound, options: TranscribeOptions = {}): Promise<Transcript> {
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
  segments(sound: Sound, options: TranscribeOptions = {}): AsyncGenerator<TranscriptSegment, void, undefined> {
    return this.#listen(sound, options, {});
  }

  async *#listen(
    sound: Sound,
    options: TranscribeOptions,
    heard: { language?: string | undefined },
  ): AsyncGenerator<TranscriptSegment, void, undefined> {
    checkOptions("transcribe", options, TRANSCRIBE);
    this.#checkLanguage(options);
    if (options.language !== undefined) heard.language = options.language;
    const { sampleRate, hopLength, chunkSeconds } = this.#parts.spectrogram;
    const samples = monoAt(sound, sampleRate);
    const { signal, onProgress, timestamps = true } = options;
    const total = samples.length / sampleRate;
    const isTimed = timestamps || total > chunkSeconds;
    const perStep = 2 * hopLength; // samples of a timestamp's step
    let seek = 0;
    while (seek < samples.length) {
      signal?.throwIfAborted();
      const window = samples.subarray(seek, seek + chunkSeconds * sampleRate);
      const steps = Math.ceil(window.length / perStep);
      const memory = this.#encode(window);
      try {
        const found = await this.#read(memory, { ...options, timestamps: isTimed }, heard);
        const { segments, next } = isTimed
          ? timedSegments(found.ids, this.#parts.tokens.timestampBegin, steps)
          : { segments: [{ start: 0, end: steps, ids: found.ids }], next: steps };
        if (!found.isSilent) {
          const from = seek / sampleRate;
          yield* segments
            .map((segment) => this.#segment(segment, from, total, found))
            .filter(({ text }) => text !== "");
        }
        seek += Math.max(1, found.isSilent ? steps : next) * perStep;
      } finally {
        disposeKeyValues(memory.keyValues);
      }
      onProgress?.({ done: Math.min(total, seek / sampleRate), total });
    }
  }

  #encode(window: Float32Array): Memory {
    const { data, numMelBins, frames } = this.#logMel.spectrogram(window);
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
    heard.language ??= languageOf(first.logits, tokens);
    const prompt = promptOf(tokens, { ...options, timestamps }, heard.language);
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
      found = { ids, averageLogProbability, noSpeechProbability: noSpeech, isSilent };
      const text = tokenizer.decode(ids.filter((id) => id < tokens.timestampBegin));
      const isGood =
        averageLogProbability >= logProbThreshold && (await compressionRatio(text)) <= compressionRatioThreshold;
      if (isGood || isSilent) break;
    }
    return found ?? { ids: [], averageLogProbability: 0, noSpeechProbability: noSpeech, isSilent: true };
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

  #checkLanguage({ language, task }: TranscribeOptions): void {
    const { languages, tasks } = this.#parts.tokens;
    if (language !== undefined && language !== "en" && languages.size === 0) {
      throw new RangeError(
        `transcribe: expected en of a model that knows English alone, got ${JSON.stringify(language)}`,
      );
    }
    if (language !== undefined && languages.size > 0 && !languages.has(language)) {
      const known = [...languages.keys()].join(", ");
      throw new RangeError(`transcribe: expected a language of ${known}, got ${JSON.stringify(language)}`);
    }
    if (task !== undefined && task !== "transcribe" && task !== "translate") {
      throw new RangeError(`transcribe: expected task to be transcribe or translate, got ${describeArgument(task)}`);
    }
    if (task === "translate" && tasks === undefined) {
      throw new RangeError(
        "transcribe: expected a model of several languages to translate, got one that knows English alone",
      );
    }
  }
}

/** What one window says. */
interface WindowText {
  /** Without the prompt and the end. */
  readonly ids: readonly number[];
  readonly averageLogProbability: number;
  readonly noSpeechProbability: number;
  readonly isSilent: boolean;
}

const TEMPERATURES = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** The likeliest language; undefined of a model that knows one alone. */
function languageOf(logits: Float32Array, { languages }: WhisperTokens): string | undefined {
  const scoreOf = (id: number) => logits[id] ?? -Infinity;
  return [...languages].toSorted(([, a], [, b]) => scoreOf(b) - scoreOf(a))[0]?.[0];
}

function promptOf(
  tokens: WhisperTokens,
  { task = "transcribe", timestamps }: TranscribeOptions,
  language: string | undefined,
): number[] {
  const spoken = language === undefined ? undefined : tokens.languages.get(language);
  return [
    tokens.start,
    ...(spoken === undefined ? [] : [spoken]),
    ...(tokens.tasks === undefined ? [] : [tokens.tasks[task]]),
    ...(timestamps ? [] : [tokens.noTimestamps]),
  ];
}
