import { logSoftmax } from "./logSoftmax.ts";
import type { GenerationSettings } from "./options.ts";
import { scaleByTemperature, keepTopK, keepTopP } from "./sampling.ts";

/**
 * Changes, in place, what the model says of every token that may come next.
 *
 * @param scores [V]; logits in greedy search and sampling, log-probabilities in beam search
 * @param ids the sequence so far, what it began with included
 */
export type LogitsProcessor = (scores: Float32Array, ids: readonly number[]) => void;

/** The processors that `settings` ask for, in Hugging Face's order. */
export function logitsProcessors(settings: GenerationSettings): readonly LogitsProcessor[] {
  const { sampling, eosTokenIds, forcedBosTokenId, forcedEosTokenId, promptLength } = settings;
  const steps: (LogitsProcessor | false)[] = [
    settings.repetitionPenalty !== 1 && penalizeRepetition(settings.repetitionPenalty),
    settings.noRepeatNgramSize > 0 && forbidRepeatedNgrams(settings.noRepeatNgramSize),
    settings.badWordsIds.length > 0 && forbidWords(settings.badWordsIds, eosTokenIds),
    settings.minLength > 1 && forbidBefore(settings.minLength, eosTokenIds),
    forcedBosTokenId !== null && forceAt(1, forcedBosTokenId),
    forcedEosTokenId !== null && forceAt(settings.maxLength - 1, forcedEosTokenId),
    settings.suppressTokens.length > 0 && forbidWords(settings.suppressTokens.map((id) => [id])),
    // A forced first token makes the second one the first to be chosen.
    settings.beginSuppressTokens.length > 0 &&
      forbidAt(promptLength + (promptLength === 1 && forcedBosTokenId !== null ? 1 : 0), settings.beginSuppressTokens),
    sampling !== null && sampling.temperature !== 1 && scaleByTemperature(sampling.temperature),
    sampling !== null && sampling.topK > 0 && keepTopK(sampling.topK),
    sampling !== null && sampling.topP < 1 && keepTopP(sampling.topP),
    settings.renormalizeLogits && logSoftmax,
  ];
  return steps.filter((step) => step !== false);
}

/** Divides positive scores of tokens that were there before, and multiplies negative ones. */
export function penalizeRepetition(penalty: number): LogitsProcessor {
  return (scores, ids) => {
    for (const id of new Set(ids)) {
      const score = scores[id];
      if (score !== undefined) scores[id] = score < 0 ? score * penalty : score / penalty;
    }
  };
}

/** Forbids the tokens that would end a sequence of `size` tokens that was there before. */
export function forbidRepeatedNgrams(size: number): LogitsProcessor {
  return (scores, ids) => {
    const suffix = ids.length - (size - 1); // where the last size - 1 tokens begin
    for (let start = 0; start < suffix; start++) {
      let same = 0;
      while (same < size - 1 && ids[start + same] === ids[suffix + same]) same++;
      if (same === size - 1) forbid(scores, ids[start + same]);
    }
  };
}

/** Forbids the last token of each word where the tokens before it stand. The end token alone is never a word. */
export function forbidWords(
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
export function forbidBefore(length: number, tokens: readonly number[]): LogitsProcessor {
  return (scores, ids) => {
    if (ids.length < length) for (const id of tokens) forbid(scores, id);
  };
}

/** Forbids `tokens` at one place of the sequence. */
export function forbidAt(place: number, tokens: readonly number[]): LogitsProcessor {
  return (scores, ids) => {
    if (ids.length === place) for (const id of tokens) forbid(scores, id);
  };
}

/** Leaves only `token` at one place of the sequence, at no cost. */
export function forceAt(place: number, token: number): LogitsProcessor {
  return (scores, ids) => {
    if (ids.length === place) scores.fill(-Infinity).fill(0, token, token + 1);
  };
}

function forbid(scores: Float32Array, id: number | undefined): void {
  if (id !== undefined && id < scores.length) scores[id] = -Infinity;
}
