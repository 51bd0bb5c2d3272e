import type { CausalModel } from "../causalModel.ts";
import type { GenerationDefaults, Seq2SeqModel } from "../seq2seq.ts";

/** A model that generation can drive. */
export type GenerativeModel = Seq2SeqModel | CausalModel;

/** How to draw tokens instead of taking the likeliest. */
export interface SamplingOptions {
  /** Divides the logits: below 1 sharper, above 1 flatter. Default 1. */
  readonly temperature?: number;
  /** Draws among the `topK` likeliest tokens only. */
  readonly topK?: number;
  /** Draws among the likeliest tokens that together reach this probability. */
  readonly topP?: number;
  /** The same seed gives the same tokens. Default 0. */
  readonly seed?: number;
}

/** A sequence that still grows; a beam search may yet give it up for another. */
export interface SourceProgress {
  /** Which source it is made for. */
  readonly source: number;
  readonly ids: readonly number[];
}

/**
 * How to generate, in the words of Hugging Face's `generate`; `parseGenerationOptions` reads theirs.
 *
 * What is left out comes from the model. Lengths that are not "new" count the start token, or the whole prompt.
 */
export interface GenerationOptions {
  /** How many beams are kept for each source. Default 1: greedy search, or sampling. */
  readonly numBeams?: number;
  /** How many sequences come back for each source, best first. Default 1. */
  readonly numReturnSequences?: number;
  /** A beam's score is its log-probability divided by its length to this power. Default 1. */
  readonly lengthPenalty?: number;
  /**
   * When a beam search stops: `true` at as many finished sequences as beams, `false` once no beam can win at its
   * present length, `"never"` once none can win at any length. Default false.
   */
  readonly earlyStopping?: boolean | "never";
  readonly maxLength?: number;
  /** Goes before `maxLength`. */
  readonly maxNewTokens?: number;
  readonly minLength?: number;
  /** Goes before `minLength`. */
  readonly minNewTokens?: number;
  /** No sequence of this many tokens occurs twice. 0: none is looked for. */
  readonly noRepeatNgramSize?: number;
  /** Above 1 makes tokens that were generated before less likely. */
  readonly repetitionPenalty?: number;
  /** Sequences of tokens that are never generated. */
  readonly badWordsIds?: readonly (readonly number[])[];
  /** Tokens that are never generated. */
  readonly suppressTokens?: readonly number[];
  /** Tokens that are not generated first. */
  readonly beginSuppressTokens?: readonly number[];
  readonly forcedBosTokenId?: number | null;
  /** The token that must come last where the length runs out; null for none. */
  readonly forcedEosTokenId?: number | null;
  /** Makes the scores log-probabilities again after all that changes them. */
  readonly renormalizeLogits?: boolean;
  readonly decoderStartTokenId?: number;
  readonly eosTokenId?: number | readonly number[];
  /** Draws tokens; left out, the likeliest are taken. */
  readonly sampling?: SamplingOptions;
  /** Hears after each step of the likeliest sequence so far of every source that is not done, start token included. */
  readonly onStep?: (likeliest: readonly SourceProgress[]) => void;
  /** Stops between two steps, with the signal's reason as the error. */
  readonly signal?: AbortSignal;
}

/** {@link GenerationOptions} with nothing left open. */
export interface GenerationSettings {
  readonly numBeams: number;
  readonly numReturnSequences: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | "never";
  readonly maxLength: number;
  readonly minLength: number;
  readonly noRepeatNgramSize: number;
  readonly repetitionPenalty: number;
  readonly badWordsIds: readonly (readonly number[])[];
  readonly suppressTokens: readonly number[];
  readonly beginSuppressTokens: readonly number[];
  readonly forcedBosTokenId: number | null;
  readonly forcedEosTokenId: number | null;
  readonly renormalizeLogits: boolean;
  /** How many tokens a sequence begins with: those of the prompt, or one start token. */
  readonly promptLength: number;
  readonly eosTokenIds: readonly number[];
  readonly sampling: Required<SamplingOptions> | null;
  readonly onStep: GenerationOptions["onStep"];
}

/** What `options` and the model's own defaults come to, checked. @param promptLength how long every sequence is at first */
export function settingsOf(
  options: GenerationOptions,
  model: GenerativeModel,
  promptLength: number,
): GenerationSettings {
  const { numBeams = 1, numReturnSequences = 1, maxNewTokens, minNewTokens, sampling } = options;
  const defaults = defaultsOf(model, promptLength);
  const eos = options.eosTokenId ?? defaults.eosTokenId;
  const settings: GenerationSettings = {
    numBeams,
    numReturnSequences,
    lengthPenalty: options.lengthPenalty ?? 1,
    earlyStopping: options.earlyStopping ?? false,
    maxLength: maxNewTokens === undefined ? (options.maxLength ?? defaults.maxLength) : maxNewTokens + promptLength,
    minLength: minNewTokens === undefined ? (options.minLength ?? 0) : minNewTokens + promptLength,
    noRepeatNgramSize: options.noRepeatNgramSize ?? 0,
    repetitionPenalty: options.repetitionPenalty ?? 1,
    badWordsIds: options.badWordsIds ?? defaults.badWordsIds ?? [],
    suppressTokens: options.suppressTokens ?? [],
    beginSuppressTokens: options.beginSuppressTokens ?? [],
    forcedBosTokenId: options.forcedBosTokenId ?? null,
    forcedEosTokenId:
      options.forcedEosTokenId === undefined ? (defaults.forcedEosTokenId ?? null) : options.forcedEosTokenId,
    renormalizeLogits: options.renormalizeLogits ?? false,
    promptLength,
    eosTokenIds: typeof eos === "number" ? [eos] : eos,
    onStep: options.onStep,
    sampling: sampling === undefined ? null : { temperature: 1, topK: 0, topP: 1, seed: 0, ...sampling },
  };
  check(settings, defaults.maxPositions);
  return settings;
}

// A decoder-only model says nothing of the length; Hugging Face then makes so many tokens.
const NEW_TOKENS = 20;

interface Defaults extends Pick<GenerationDefaults, "forcedEosTokenId" | "badWordsIds" | "maxLength"> {
  readonly eosTokenId: number | readonly number[];
  readonly maxPositions?: number;
}

function defaultsOf(model: GenerativeModel, promptLength: number): Defaults {
  if ("encode" in model) return model.generation;
  const { maxPositions = Infinity } = model.generation;
  return { ...model.generation, maxLength: Math.min(promptLength + NEW_TOKENS, maxPositions) };
}

function check(settings: GenerationSettings, maxPositions = Infinity): void {
  const { numBeams, numReturnSequences, sampling, maxLength, promptLength } = settings;
  expect(isCount(numBeams, 1), "numBeams", "a whole number from 1", numBeams);
  expect(isCount(numReturnSequences, 1), "numReturnSequences", "a whole number from 1", numReturnSequences);
  const begun = promptLength === 1 ? "the start token" : `the ${promptLength} tokens of the prompt`;
  expect(isCount(maxLength, promptLength + 1), "maxLength", `room for ${begun} and one more`, maxLength);
  expect(maxLength <= maxPositions, "maxLength", `at most ${maxPositions}, the model's positions`, maxLength);
  expect(isCount(settings.noRepeatNgramSize, 0), "noRepeatNgramSize", "a whole number", settings.noRepeatNgramSize);
  expect(settings.repetitionPenalty > 0, "repetitionPenalty", "a positive number", settings.repetitionPenalty);
  expect(Number.isFinite(settings.lengthPenalty), "lengthPenalty", "a number", settings.lengthPenalty);
  if (sampling === null) {
    expect(numReturnSequences <= numBeams, "numReturnSequences", `at most numBeams, ${numBeams}`, numReturnSequences);
    return;
  }
  expect(numBeams === 1, "numBeams", "1 with sampling", numBeams);
  expect(sampling.temperature > 0, "temperature", "a positive number", sampling.temperature);
  expect(isCount(sampling.topK, 0), "topK", "a whole number", sampling.topK);
  expect(sampling.topP > 0 && sampling.topP <= 1, "topP", "a number above 0, at most 1", sampling.topP);
}

function isCount(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}

function expect(holds: boolean, name: string, what: string, got: unknown): void {
  if (!holds) throw new RangeError(`generate: expected ${name} to be ${what}, got ${String(got)}`);
}
