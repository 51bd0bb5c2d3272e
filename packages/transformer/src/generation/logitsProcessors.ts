import { customProcessor } from "./customProcessors.ts";
import { logSoftmax } from "./logSoftmax.ts";
import type { LogitsProcessor } from "./logitsProcessor.ts";
import type { GenerationSettings, SequenceBias } from "./options.ts";
import { samplingFilters } from "./samplingFilters.ts";

/** The processors that `settings` ask for, in Hugging Face's order. */
export function logitsProcessors(settings: GenerationSettings): readonly LogitsProcessor[] {
  const { eosTokenIds, forcedBosTokenId, forcedEosTokenIds, promptLength, sources } = settings;
  const decay = settings.exponentialDecayLengthPenalty;
  const steps: (LogitsProcessor | false)[] = [
    settings.sequenceBias.length > 0 && sequenceBiasProcessor(settings.sequenceBias),
    settings.encoderRepetitionPenalty !== 1 &&
      encoderRepetitionPenaltyProcessor(settings.encoderRepetitionPenalty, sources),
    settings.repetitionPenalty !== 1 && repetitionPenaltyProcessor(settings.repetitionPenalty, settings.padding),
    settings.noRepeatNgramSize > 0 && noRepeatNgramProcessor(settings.noRepeatNgramSize),
    settings.encoderNoRepeatNgramSize > 0 && encoderNoRepeatNgramProcessor(settings.encoderNoRepeatNgramSize, sources),
    settings.badWordsIds.length > 0 && badWordsProcessor(settings.badWordsIds, eosTokenIds),
    settings.minLength > 0 && minLengthProcessor(settings.minLength, eosTokenIds),
    forcedBosTokenId !== null && forcedTokensProcessor(1, [forcedBosTokenId]),
    forcedEosTokenIds !== null && forcedTokensProcessor(settings.maxLength - 1, forcedEosTokenIds),
    settings.removeInvalidValues && removeInvalidProcessor,
    decay !== null && exponentialDecayProcessor(promptLength + decay[0], decay[1], eosTokenIds),
    settings.suppressTokens.length > 0 && badWordsProcessor(settings.suppressTokens.map((id) => [id])),
    // A forced first token makes the second one the first to be chosen.
    settings.beginSuppressTokens.length > 0 &&
      suppressTokensProcessor(
        promptLength + (promptLength === 1 && forcedBosTokenId !== null ? 1 : 0),
        settings.beginSuppressTokens,
      ),
    ...settings.logitsProcessors.map(customProcessor),
    ...samplingFilters(settings.sampling),
    settings.renormalizeLogits && logSoftmax,
  ];
  return steps.filter((step) => step !== false);
}

/**
 * Divides positive scores of tokens that occurred before, and multiplies negative ones (repetition penalty).
 *
 * @param padding number of leading positions of each source that do not count
 */
export function repetitionPenaltyProcessor(penalty: number, padding: readonly number[] = []): LogitsProcessor {
  return (scores, ids, source) => penalize(scores, ids.slice(padding[source] ?? 0), penalty);
}

/** Multiplies positive scores of the source's tokens, and divides negative ones. */
export function encoderRepetitionPenaltyProcessor(
  penalty: number,
  sources: readonly (readonly number[])[],
): LogitsProcessor {
  return (scores, _, source) => penalize(scores, sources[source] ?? [], 1 / penalty);
}

function penalize(scores: Float32Array, ids: readonly number[], penalty: number): void {
  for (const id of new Set(ids)) {
    const score = scores[id];
    if (score !== undefined) scores[id] = score < 0 ? score * penalty : score / penalty;
  }
}

/** Adds a number to the score of the last token of each sequence where the others precede it. */
export function sequenceBiasProcessor(biases: readonly SequenceBias[]): LogitsProcessor {
  const last = new Map(biases.map((each) => [each.ids.join(" "), each])); // of two of the same sequence, the later counts
  return (scores, ids) => {
    const added = new Float32Array(scores.length);
    for (const { ids: sequence, bias } of last.values()) {
      const token = sequence.at(-1) ?? -1;
      if (token >= scores.length) {
        throw new RangeError(`generate: expected tokens below ${scores.length} in sequenceBias, got ${token}`);
      }
      const start = ids.length - (sequence.length - 1);
      const stands = start >= 0 && sequence.every((id, i) => i === sequence.length - 1 || id === ids[start + i]);
      if (stands) added[token] = (added[token] as number) + bias;
    }
    for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] as number) + (added[i] as number);
  };
}

/** Makes the end tokens likelier with each token from `start` on. */
export function exponentialDecayProcessor(
  start: number,
  factor: number,
  eosTokenIds: readonly number[],
): LogitsProcessor {
  return (scores, ids) => {
    if (ids.length <= start) return;
    const growth = factor ** (ids.length - start) - 1;
    for (const id of eosTokenIds) {
      const score = scores[id];
      if (score !== undefined && Number.isFinite(score)) scores[id] = score + Math.abs(score) * growth;
    }
  };
}

const LARGEST = 2 ** 128 - 2 ** 104; // of single precision

/** NaN becomes 0, infinities the largest numbers. */
export function removeInvalidProcessor(scores: Float32Array): void {
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    if (!Number.isFinite(score)) scores[i] = Number.isNaN(score) ? 0 : Math.sign(score) * LARGEST;
  }
}

/** Forbids the tokens that would complete an n-gram of `size` tokens that occurred before. */
export function noRepeatNgramProcessor(size: number): LogitsProcessor {
  return (scores, ids) => {
    const suffix = ids.length - (size - 1); // where the last size - 1 tokens begin
    for (let start = 0; start < suffix; start++) {
      let same = 0;
      while (same < size - 1 && ids[start + same] === ids[suffix + same]) same++;
      if (same === size - 1) forbid(scores, ids[start + same]);
    }
  };
}

/** Forbids the tokens that would complete an n-gram of `size` tokens of the source. */
export function encoderNoRepeatNgramProcessor(size: number, sources: readonly (readonly number[])[]): LogitsProcessor {
  return (scores, ids, source) => {
    const read = sources[source] ?? [];
    const suffix = ids.length - (size - 1);
    if (suffix < 0) return;
    for (let start = 0; start + size <= read.length; start++) {
      let same = 0;
      while (same < size - 1 && read[start + same] === ids[suffix + same]) same++;
      if (same === size - 1) forbid(scores, read[start + same]);
    }
  };
}

/** Forbids the last token of each word where its other tokens precede it. The end token alone is never a word. */
export function badWordsProcessor(
  words: readonly (readonly number[])[],
  eosTokenIds: readonly number[] = [],
): LogitsProcessor {
  const real = words.filter((word) => !(word.length === 1 && eosTokenIds.includes(word[0] as number)));
  return (scores, ids) => {
    for (const word of real) {
      const start = ids.length - (word.length - 1);
      if (start >= 0 && word.every((id, i) => i === word.length - 1 || id === ids[start + i])) {
        forbid(scores, word.at(-1));
      }
    }
  };
}

/** Forbids `tokens` while the sequence is shorter than `length`. */
export function minLengthProcessor(length: number, tokens: readonly number[]): LogitsProcessor {
  return (scores, ids) => {
    if (ids.length < length) for (const id of tokens) forbid(scores, id);
  };
}

/** Forbids `tokens` at one place of the sequence. */
export function suppressTokensProcessor(place: number, tokens: readonly number[]): LogitsProcessor {
  return (scores, ids) => {
    if (ids.length === place) for (const id of tokens) forbid(scores, id);
  };
}

/** Leaves only `tokens` at one place of the sequence, at no cost. */
export function forcedTokensProcessor(place: number, tokens: readonly number[]): LogitsProcessor {
  return (scores, ids) => {
    if (ids.length !== place) return;
    scores.fill(-Infinity);
    for (const token of tokens) scores.fill(0, token, token + 1);
  };
}

function forbid(scores: Float32Array, id: number | undefined): void {
  if (id !== undefined && id < scores.length) scores[id] = -Infinity;
}
