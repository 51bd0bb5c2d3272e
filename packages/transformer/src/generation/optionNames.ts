import { checkOptions, type OptionNames } from "@qkv/ops";
import type { GenerationOptions, SamplingOptions } from "./options.ts";

const SAMPLING: OptionNames<SamplingOptions> = {
  temperature: true,
  topK: true,
  topP: true,
  minP: true,
  typicalP: true,
  epsilonCutoff: true,
  etaCutoff: true,
  topH: true,
  seed: true,
};

const GENERATION: OptionNames<GenerationOptions> = {
  numBeams: true,
  numReturnSequences: true,
  lengthPenalty: true,
  earlyStopping: true,
  maxLength: true,
  maxNewTokens: true,
  minLength: true,
  minNewTokens: true,
  noRepeatNgramSize: true,
  repetitionPenalty: true,
  encoderNoRepeatNgramSize: true,
  encoderRepetitionPenalty: true,
  sequenceBias: true,
  exponentialDecayLengthPenalty: true,
  removeInvalidValues: true,
  badWordsIds: true,
  suppressTokens: true,
  beginSuppressTokens: true,
  forcedBosTokenId: true,
  forcedEosTokenId: true,
  renormalizeLogits: true,
  decoderStartTokenId: true,
  decoderInputIds: true,
  eosTokenId: true,
  stopStrings: true,
  decode: true,
  maxTime: true,
  stoppingCriteria: true,
  logitsProcessors: true,
  sampling: true,
  attentionMask: true,
  cache: true,
  cacheDtype: true,
  assistantModel: true,
  promptLookupNumTokens: true,
  maxMatchingNgramSize: true,
  numAssistantTokens: true,
  assistantConfidenceThreshold: true,
  contextShift: true,
  memoryLimit: true,
  beamLimit: true,
  onStep: true,
  signal: true,
};

/** Refuses unknown options. @throws RangeError */
export function checkOptionNames(who: string, options: GenerationOptions): void {
  checkOptions(who, options, GENERATION);
  if (options.sampling !== undefined) checkOptions(`${who}: sampling`, options.sampling, SAMPLING);
}
