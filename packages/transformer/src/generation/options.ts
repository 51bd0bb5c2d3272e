import type { CacheDtype, KeyValueCache } from "@qkv/attention";
import { describeArgument } from "@qkv/ops";
import type { CausalModel } from "../models/causalModel.ts";
import type { GenerationDefaults, Seq2SeqModel } from "../models/seq2seq.ts";
import type { LogitsProcessor } from "./logitsProcessor.ts";
import { MOST_BEAMS, MOST_TOKENS } from "./memoryLimit.ts";
import { stopping, type StoppingOptions } from "./stopping.ts";

/** A model that generation can drive. */
export type GenerativeModel = Seq2SeqModel | CausalModel;

/** Options of sampling, instead of taking the likeliest token. */
export interface SamplingOptions {
  /** Divides the logits: below 1 sharper, above 1 flatter. Default 1. */
  readonly temperature?: number;
  /** Draws among the `topK` likeliest tokens only. */
  readonly topK?: number;
  /** Draws among the likeliest tokens that together reach this probability. */
  readonly topP?: number;
  /** Draws among tokens at least this share as likely as the likeliest. */
  readonly minP?: number;
  /**
   * Draws among the tokens whose surprise is nearest to the expected one, that together reach this (arXiv:2202.00666).
   */
  readonly typicalP?: number;
  /** Draws among tokens of at least this probability (arXiv:2210.15191). */
  readonly epsilonCutoff?: number;
  /** The same with a bound that falls where the entropy is high (arXiv:2210.15191). */
  readonly etaCutoff?: number;
  /** Draws among the likeliest tokens that hold this share of the entropy (top-H, arXiv:2509.02510). */
  readonly topH?: number;
  /** Seed of the draws: the same seed gives the same tokens. Default 0. */
  readonly seed?: number;
}

/** An unfinished sequence; a beam search may still drop it for another. */
export interface SourceProgress {
  /** Index of its source. */
  readonly source: number;
  readonly ids: readonly number[];
}

/**
 * Options of generation, named as those of Hugging Face's `generate`; `parseGenerationOptions` reads theirs.
 *
 * Defaults come from the model. Lengths that are not "new" count the start token, or the whole prompt.
 */
export interface GenerationOptions extends StoppingOptions {
  /** Number of beams for each source. Default 1: greedy search, or sampling. With `sampling` beams are drawn. */
  readonly numBeams?: number;
  /** Number of sequences returned for each source, best first. Default 1. */
  readonly numReturnSequences?: number;
  /** Length penalty: a beam's score is its log-probability divided by its length to this power. Default 1. */
  readonly lengthPenalty?: number;
  /**
   * Stopping rule of a beam search: `true` at as many finished sequences as beams, `false` once no beam can win at its
   * present length, `"never"` once none can win at any length. Default false.
   */
  readonly earlyStopping?: boolean | "never";
  readonly maxLength?: number;
  /** Takes precedence over `maxLength`. */
  readonly maxNewTokens?: number;
  readonly minLength?: number;
  /** Takes precedence over `minLength`. */
  readonly minNewTokens?: number;
  /** Size of n-grams that may not occur twice. 0: no limit. */
  readonly noRepeatNgramSize?: number;
  /** Penalty of tokens that occurred before: above 1 makes them less likely. */
  readonly repetitionPenalty?: number;
  /** Size of n-grams of the source that may not be generated. 0: no limit. */
  readonly encoderNoRepeatNgramSize?: number;
  /** Factor for tokens of the source: above 1 makes them more likely. */
  readonly encoderRepetitionPenalty?: number;
  /** Biases added to the score of the last token of a sequence where the others precede it. */
  readonly sequenceBias?: readonly SequenceBias[];
  /** Makes the end token likelier, after `start` new tokens, by the power of a factor (above 1). */
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
  /** Whether scores are normalized to log-probabilities after all processors. */
  readonly renormalizeLogits?: boolean;
  readonly decoderStartTokenId?: number;
  /**
   * What an encoder-decoder's output begins with, for each source, as Hugging Face's `decoder_input_ids`: ids of one length. The start
   * token comes before them, unless a row has it already. Default the start token alone.
   */
  readonly decoderInputIds?: readonly (readonly number[])[];
  readonly eosTokenId?: number | readonly number[];
  /**
   * Custom processors, as Hugging Face's `logits_processor`: called in their order, after those of the options above
   * and before temperature and the filters of `sampling`. They are synchronous; NaN and Infinity are refused.
   */
  readonly logitsProcessors?: readonly LogitsProcessor[];
  /** Sampling options; left out, the likeliest tokens are taken. */
  readonly sampling?: SamplingOptions;
  /**
   * For each source, 1 at its tokens and 0 at its padding, as a tokenizer pads a batch. The sources then have one
   * length, and everything is as in Hugging Face's `generate` for that batch: lengths, and rules about repetitions,
   * count the padding too.
   */
  readonly attentionMask?: readonly (readonly number[])[];
  /**
   * A cache that goes from call to call, of `model.createCache()`: a decoder-only model reads only the tokens of a
   * prompt that the cache has not read, and adds them to it. The caller disposes of it, and empties it
   * (`cache.truncate(0)`) when weights change; for another model, one wrapped anew too, it is emptied. Prompts have one length, and no padding. Default one for this call.
   */
  readonly cache?: KeyValueCache;
  /**
   * How keys and values of what was read are held: `float16` in half the bytes, `q8` in 0.28 of them, on wasm and webgpu. A `cache` that is
   * given has a dtype of its own. Default float32.
   */
  readonly cacheDtype?: CacheDtype;
  /**
   * A smaller decoder-only model with the same tokenizer, which proposes tokens that the model reads in one pass
   * (speculative decoding, arXiv:2211.17192). The result is the same as without it, drawn tokens too: a proposal stays only
   * where the model itself chooses it. One sequence for each prompt, without beams and padding.
   */
  readonly assistantModel?: CausalModel;
  /**
   * Number of tokens that are proposed from the text itself: those that followed its last tokens when they occurred before
   * (prompt lookup). As with `assistantModel` the result is the same. Default none are.
   */
  readonly promptLookupNumTokens?: number;
  /** Number of last tokens that have to occur before, at most. Default 2, as in Hugging Face. */
  readonly maxMatchingNgramSize?: number;
  /** The most tokens that `assistantModel` proposes for a pass. Default 20, as in Hugging Face. */
  readonly numAssistantTokens?: number;
  /** Below this probability of its token the assistant proposes no more. Default 0.4, as in Hugging Face. */
  readonly assistantConfidenceThreshold?: number;
  /**
   * Goes on where a decoder-only model's positions end: each time that a text has filled them, its earlier half is forgotten
   * and the later half, half of the positions, is read again as if a text began there. So is a prompt that has more. Default
   * false: a text ends there.
   */
  readonly contextShift?: boolean;
  /** Bytes that keys, values and logits of all sequences may take. Default 2 GiB. */
  readonly memoryLimit?: number;
  /** The most beams, or sequences, for a source: a file may request thousands. Default 256. */
  readonly beamLimit?: number;
  /** Called after each step with the likeliest sequence so far of every unfinished source, start token included. */
  readonly onStep?: (likeliest: readonly SourceProgress[]) => void;
  /** Aborts between two steps, with the signal's reason as the error. */
  readonly signal?: AbortSignal;
}

/** A bias added to the score of the last of `ids` where the others precede it. */
export interface SequenceBias {
  readonly ids: readonly number[];
  readonly bias: number;
}

/** {@link GenerationOptions} with all defaults filled in. */
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
  /** Whether a sequence is finished for another reason than its end token or its length. */
  readonly isStopped: (ids: readonly number[]) => boolean;
  /** The source of each sequence, for rules about it. */
  readonly sources: readonly (readonly number[])[];
  /** Number of leading padding positions of each source. */
  readonly padding: readonly number[];
  /** Number of tokens that a sequence begins with: those of the prompt, or one start token. */
  readonly promptLength: number;
  readonly eosTokenIds: readonly number[];
  readonly sampling: SamplingSettings | null;
  readonly onStep: GenerationOptions["onStep"];
}

/** {@link SamplingOptions} with defaults filled in; a filter that is left out does nothing. */
export type SamplingSettings = SamplingOptions &
  Required<Pick<SamplingOptions, "temperature" | "topK" | "topP" | "seed">>;

/**
 * Merges `options` with the model's defaults, and checks them.
 *
 * @param promptLength the initial length of every sequence
 * @param sources the source of each sequence
 */
export function resolveOptions(
  options: GenerationOptions,
  model: GenerativeModel,
  promptLength: number,
  sources: readonly (readonly number[])[] = [],
): GenerationSettings {
  const { numBeams = 1, numReturnSequences = 1, maxNewTokens, minNewTokens, sampling } = options;
  if (maxNewTokens !== undefined)
    expect(Number.isInteger(maxNewTokens), "maxNewTokens", "a whole number", maxNewTokens);
  const defaults = defaultsOf(model, promptLength, options.contextShift ?? false);
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
    isStopped: stopping(options, promptLength),
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

// Hugging Face's default number of new tokens, if there are positions for them.
const NEW_TOKENS = 20;

interface Defaults extends Pick<GenerationDefaults, "forcedEosTokenId" | "badWordsIds"> {
  readonly eosTokenId: number | readonly number[];
  readonly maxLength: number;
}

function defaultsOf({ generation }: GenerativeModel, promptLength: number, isShifted: boolean): Defaults {
  const { maxPositions = Infinity } = isShifted ? {} : generation;
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
  if (sampling === null || numBeams > 1) {
    expect(numReturnSequences <= numBeams, "numReturnSequences", `at most numBeams, ${numBeams}`, numReturnSequences);
  }
  if (sampling === null) return;
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
