import { RandomStream } from "@qkv/nn";
import type { DecoderChoice } from "@qkv/ops";
import type { GenerationSettings } from "./options.ts";

/** A choice of tokens that a device makes by itself. */
export interface DeviceChoice extends DecoderChoice {
  /** The token that has to come at the last place, if one has to. */
  readonly forcedLast: number | undefined;
  /** The numbers that draws at a place of the texts are made by. @param sequences which of all each row is */
  drawsAt(sequences: readonly number[], place: number): readonly number[] | undefined;
}

/**
 * The choice that settings ask for, from the second new token on; or the reason why it is made on the CPU: there all logits have to
 * be read.
 *
 * @param candidates number of likeliest tokens that a search chooses from by itself; 0: one is chosen
 */
export function deviceChoice(settings: GenerationSettings, candidates = 0): DeviceChoice | string {
  const odd = Object.entries(ON_CPU).find(([, isWanted]) => isWanted(settings));
  if (odd !== undefined) return `${odd[0]} is computed on the CPU`;
  const { sampling, forcedEosTokenIds } = settings;
  const random = new RandomStream(sampling?.seed ?? 0);
  return {
    sampling:
      sampling === null ? undefined : { temperature: sampling.temperature, topK: sampling.topK, topP: sampling.topP },
    candidates,
    allowedFrom: allowedFrom(settings),
    forcedLast: forcedEosTokenIds?.[0],
    drawsAt: (sequences, place) =>
      sampling === null ? undefined : sequences.map((index) => belowOne(random.fork(index).fork(place).uniform())),
  };
}

/** What no kernel computes, by its name. */
const ON_CPU: Readonly<Record<string, (settings: GenerationSettings) => boolean>> = {
  logitsProcessors: ({ logitsProcessors }) => logitsProcessors.length > 0,
  sequenceBias: ({ sequenceBias }) => sequenceBias.length > 0,
  repetitionPenalty: ({ repetitionPenalty }) => repetitionPenalty !== 1,
  encoderRepetitionPenalty: ({ encoderRepetitionPenalty }) => encoderRepetitionPenalty !== 1,
  noRepeatNgramSize: ({ noRepeatNgramSize }) => noRepeatNgramSize > 0,
  encoderNoRepeatNgramSize: ({ encoderNoRepeatNgramSize }) => encoderNoRepeatNgramSize > 0,
  "badWordsIds of several tokens": ({ badWordsIds }) => badWordsIds.some(({ length }) => length !== 1),
  removeInvalidValues: ({ removeInvalidValues }) => removeInvalidValues,
  renormalizeLogits: ({ renormalizeLogits }) => renormalizeLogits,
  exponentialDecayLengthPenalty: ({ exponentialDecayLengthPenalty }) => exponentialDecayLengthPenalty !== null,
  "forcedEosTokenId of several tokens": ({ forcedEosTokenIds }) => (forcedEosTokenIds?.length ?? 0) > 1,
  "a forced token that is suppressed": ({ forcedEosTokenIds, suppressTokens, beginSuppressTokens }) =>
    forcedEosTokenIds?.some((id) => suppressTokens.includes(id) || beginSuppressTokens.includes(id)) ?? false,
  minP: ({ sampling }) => sampling?.minP !== undefined,
  typicalP: ({ sampling }) => (sampling?.typicalP ?? 1) < 1,
  epsilonCutoff: ({ sampling }) => (sampling?.epsilonCutoff ?? 0) > 0,
  etaCutoff: ({ sampling }) => (sampling?.etaCutoff ?? 0) > 0,
  topH: ({ sampling }) => sampling?.topH !== undefined,
};

/** For each token that is forbidden at first or for ever, the place from which on it may come. */
function allowedFrom(settings: GenerationSettings): ReadonlyMap<number, number> {
  const { eosTokenIds, minLength, badWordsIds, suppressTokens, beginSuppressTokens, promptLength } = settings;
  const places = new Map<number, number>();
  const forbid = (token: number, place: number) => places.set(token, Math.max(place, places.get(token) ?? 0));
  for (const token of eosTokenIds) if (minLength > 0) forbid(token, minLength);
  for (const [token = 0] of badWordsIds) if (!eosTokenIds.includes(token)) forbid(token, Infinity);
  for (const token of suppressTokens) forbid(token, Infinity);
  // A forced first token makes the second one the first to be chosen.
  if (promptLength === 1 && settings.forcedBosTokenId !== null) {
    for (const token of beginSuppressTokens) forbid(token, promptLength + 2);
  }
  return places;
}

const LARGEST = 1 - 2 ** -24;

/** A number below 1 in single precision too. */
function belowOne(value: number): number {
  return Math.min(value, LARGEST);
}
