import { describeArgument } from "@qkv/ops";
import type { CausalModel } from "../models/causalModel.ts";
import type { GenerationDefaults, Seq2SeqModel } from "../models/seq2seq.ts";
import type { LogitsProcessor } from "./logitsProcessor.ts";
import { MOST_BEAMS, MOST_TOKENS } from "./memoryLimit.ts";
import { stopping, type StoppingOptions } from "./stopping.ts";

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
  /** Draws among tokens at least this share as likely as the likeliest. */
  readonly minP?: number;
  /** Draws among the tokens nearest to what is expected in surprise that together reach this (arXiv:2202.00666). */
  readonly typicalP?: number;
  /** Draws among tokens of at least this probability (arXiv:2210.15191). */
  readonly epsilonCutoff?: number;
  /** The same with a bound that falls where the next token is open (arXiv:2210.15191). */
  readonly etaCutoff?: number;
  /** Draws among the likeliest tokens that hold this share of the entropy (top-H, arXiv:2509.02510). */
  readonly topH?: number;
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
export interface GenerationOptions extends StoppingOptions {
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
  /** No sequence of this many tokens of the source is generated. 0: none is looked for. */
  readonly encoderNoRepeatNgramSize?: number;
  /** Above 1 makes tokens of the source more likely. */
  readonly encoderRepetitionPenalty?: number;
  /** Added to the score of the last token of a sequence where those before it stand. */
  readonly sequenceBias?: readonly SequenceBias[];
  /** From so many new tokens on, makes the end likelier by the power of a factor (above 1). */
  readonly exponentialDecayLengthPenalty?: readonly [start: number, factor: number];
  /** Reads NaN in the logits as 0, and infinities as the largest numbers. */
  readonly removeInvalidValues?: boolean;
  /** Sequences of tokens that are never generated. */
  readonly badWordsIds?: readonly (readonly number[])[];
  /** Tokens that are never generated. */
  readonly suppressTokens?: readonly number[];
  /** Tokens that are not generated first. */
  readonly beginSuppressTokens?: readonly number[];
  readonly forcedBosTokenId?: number | null;
  /** The token, or one of those, that must come last where the length runs out; null for none. */
  readonly forcedEosTokenId?: number | readonly number[] | null;
  /** Makes the scores log-probabilities again after all that changes them. */
  readonly renormalizeLogits?: boolean;
  readonly decoderStartTokenId?: number;
  readonly eosTokenId?: number | readonly number[];
  /**
   * Processors of one's own, as Hugging Face's `logits_processor`: called in their order, behind those of the options above
   * and before temperature and the filters of `sampling`. They are synchronous; NaN and Infinity are refused.
   */
  readonly logitsProcessors?: readonly LogitsProcessor[];
  /** Draws tokens; left out, the likeliest are taken. */
  readonly sampling?: SamplingOptions;
  /**
   * For each source, 1 at its tokens and 0 at its padding, as a tokenizer pads a batch. The sources are then of one
   * length, and everything is as Hugging Face's `generate` has it for that batch: lengths, and rules that look for
   * repetitions, count the padding too.
   */
  readonly attentionMask?: readonly (readonly number[])[];
  /** Bytes that keys, values and logits of all sequences may take. Default 2 GiB. */
  readonly memoryLimit?: number;
  /** How many beams, or sequences, there may be for a source: a file may ask for thousands. Default 256. */
  readonly beamLimit?: number;
  /** Hears after each step of the likeliest sequence so far of every source that is not done, start token included. */
  readonly onStep?: (likeliest: readonly SourceProgress[]) => void;
  /** Stops between two steps, with the signal's reason as the error. */
  readonly signal?: AbortSignal;
}

/** What is added to the score of the last of `ids` where the others stand before it. */
export interface SequenceBias {
  readonly ids: readonly number[];
  readonly bias: number;
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
  readonly encoderNoRepeatNgramSize: number;
  readonly encoderRepetitionPenalty: number;
  readonly sequenceBias: readonly SequenceBias[];
  readonly exponentialDecayLengthPenalty: readonly [start: number, factor: number] | null;
  readonly removeInvalidValues: boolean;
  readonly badWordsIds: readonly (readonly number[])[];
  readonly suppressTokens: readonly number[];
  readonly beginSuppressTokens: readonly number[];
  readonly forcedBosTokenId: number | null;
  readonly forcedEosTokenIds: readonly number[] | null;
  readonly renormalizeLogits: boolean;
  readonly logitsProcessors: readonly LogitsProcessor[];
  /** Whether a sequence is over for another reason than its end token or its length. */
  readonly isStopped: (ids: readonly number[]) => boolean;
  /** The source of each sequence, for rules that look at it. */
  readonly sources: readonly (readonly number[])[];
  /** How many places of padding each source begins with. */
  readonly padding: readonly number[];
  /** How many tokens a sequence begins with: those of the prompt, or one start token. */
  readonly promptLength: number;
  readonly eosTokenIds: readonly number[];
  readonly sampling: SamplingSettings | null;
  readonly onStep: GenerationOptions["onStep"];
}

/** {@link SamplingOptions} with what always counts filled in; what is left out filters nothing. */
export type SamplingSettings = SamplingOptions &
  Required<Pick<SamplingOptions, "temperature" | "topK" | "topP" | "seed">>;

/**
 * What `options` and the model's own defaults come to, checked.
 *
 * @param promptLength how long every sequence is at first
 * @param sources what each is made from
 */
export function settingsOf(
  options: GenerationOptions,
  model: GenerativeModel,
  promptLength: number,
  sources: readonly (readonly number[])[] = [],
): GenerationSettings {
  const { numBeams = 1, numReturnSequences = 1, maxNewTokens, minNewTokens, sampling } = options;
  if (maxNewTokens !== undefined)
    expect(Number.isInteger(maxNewTokens), "maxNewTokens", "a whole number", maxNewTokens);
  const defaults = defaultsOf(model, promptLength);
  const eos = options.eosTokenId ?? defaults.eosTokenId;
  const forced =
    options.forcedEosTokenId === undefined ? (defaults.forcedEosTokenId ?? null) : options.forcedEosTokenId;
  const settings: GenerationSettings = {
    numBeams,
    numReturnSequences,
    lengthPenalty: options.lengthPenalty ?? 1,
    earlyStopping: options.earlyStopping ?? false,
    maxLength: maxNewTokens === undefined ? (options.maxLength ?? defaults.maxLength) : maxNewTokens + promptLength,
    minLength: minNewTokens === undefined ? (options.minLength ?? 0) : minNewTokens + promptLength,
    noRepeatNgramSize: options.noRepeatNgramSize ?? 0,
    repetitionPenalty: options.repetitionPenalty ?? 1,
    encoderNoRepeatNgramSize: options.encoderNoRepeatNgramSize ?? 0,
    encoderRepetitionPenalty: options.encoderRepetitionPenalty ?? 1,
    sequenceBias: options.sequenceBias ?? [],
    exponentialDecayLengthPenalty: options.exponentialDecayLengthPenalty ?? null,
    removeInvalidValues: options.removeInvalidValues ?? false,
    badWordsIds: options.badWordsIds ?? defaults.badWordsIds ?? [],
    suppressTokens: options.suppressTokens ?? [],
    beginSuppressTokens: options.beginSuppressTokens ?? [],
    forcedBosTokenId: options.forcedBosTokenId ?? null,
    forcedEosTokenIds: forced === null || typeof forced === "object" ? forced : [forced],
    renormalizeLogits: options.renormalizeLogits ?? false,
    logitsProcessors: options.logitsProcessors ?? [],
    isStopped: stopping(options),
    sources,
    padding: "encode" in model ? [] : (options.attentionMask ?? []).map((row) => Math.max(0, row.indexOf(1))),
    promptLength,
    eosTokenIds: typeof eos === "number" ? [eos] : eos,
    onStep: options.onStep,
    sampling: sampling === undefined ? null : { temperature: 1, topK: 0, topP: 1, seed: 0, ...sampling },
  };
  check(settings);
  checkBeams(settings, options.beamLimit ?? MOST_BEAMS);
  return settings;
}

// Where nothing is said of the length, Hugging Face makes so many tokens, if the positions reach.
const NEW_TOKENS = 20;

interface Defaults extends Pick<GenerationDefaults, "forcedEosTokenId" | "badWordsIds"> {
  readonly eosTokenId: number | readonly number[];
  readonly maxLength: number;
}

function defaultsOf({ generation }: GenerativeModel, promptLength: number): Defaults {
  const { maxPositions = Infinity } = generation;
  return { maxLength: Math.min(promptLength + NEW_TOKENS, maxPositions), ...generation };
}

function check(settings: GenerationSettings): void {
  const { numBeams, numReturnSequences, sampling, maxLength, promptLength } = settings;
  expect(isCount(numBeams, 1), "numBeams", "a whole number from 1", numBeams);
  expect(isCount(numReturnSequences, 1), "numReturnSequences", "a whole number from 1", numReturnSequences);
  const begun = promptLength === 1 ? "the start token" : `the ${promptLength} tokens of the prompt`;
  expect(isCount(maxLength, promptLength + 1), "maxLength", `room for ${begun} and one more`, maxLength);
  expect(maxLength <= MOST_TOKENS, "maxLength", `at most ${MOST_TOKENS}`, maxLength);
  expect(isCount(settings.noRepeatNgramSize, 0), "noRepeatNgramSize", "a whole number", settings.noRepeatNgramSize);
  expect(settings.repetitionPenalty > 0, "repetitionPenalty", "a positive number", settings.repetitionPenalty);
  const { encoderNoRepeatNgramSize: ngram, encoderRepetitionPenalty: penalty } = settings;
  expect(isCount(ngram, 0), "encoderNoRepeatNgramSize", "a whole number", ngram);
  expect(penalty > 0, "encoderRepetitionPenalty", "a positive number", penalty);
  const hasEnd = settings.exponentialDecayLengthPenalty === null || settings.eosTokenIds.length > 0;
  expect(hasEnd, "eosTokenId", "a token with exponentialDecayLengthPenalty, which makes it likelier", undefined);
  expect(Number.isFinite(settings.lengthPenalty), "lengthPenalty", "a number", settings.lengthPenalty);
  if (sampling === null) {
    expect(numReturnSequences <= numBeams, "numReturnSequences", `at most numBeams, ${numBeams}`, numReturnSequences);
    return;
  }
  expect(numBeams === 1, "numBeams", "1 with sampling", numBeams);
  expect(sampling.temperature > 0, "temperature", "a positive number", sampling.temperature);
  expect(isCount(sampling.topK, 0), "topK", "a whole number", sampling.topK);
  expect(sampling.topP > 0 && sampling.topP <= 1, "topP", "a number above 0, at most 1", sampling.topP);
  const { minP = 0, typicalP = 1, topH = 1, epsilonCutoff = 0, etaCutoff = 0 } = sampling;
  expect(minP >= 0 && minP <= 1, "minP", "a number from 0 to 1", minP);
  expect(typicalP > 0, "typicalP", "a positive number", typicalP);
  expect(topH > 0 && topH <= 1, "topH", "a number above 0, at most 1", topH);
  expect(!Number.isNaN(epsilonCutoff), "epsilonCutoff", "a number", epsilonCutoff);
  expect(!Number.isNaN(etaCutoff), "etaCutoff", "a number", etaCutoff);
}

function checkBeams({ numBeams, numReturnSequences }: GenerationSettings, limit: number): void {
  const most = `at most ${limit}, the beamLimit`;
  expect(numBeams <= limit, "numBeams", most, numBeams);
  expect(numReturnSequences <= limit, "numReturnSequences", most, numReturnSequences);
}

function isCount(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}

function expect(holds: boolean, name: string, what: string, got: unknown): void {
  if (!holds)
    throw new RangeError(
      `generate: expected ${name} to be ${what}, got ${typeof got === "number" ? got : describeArgument(got)}`,
    );
}
