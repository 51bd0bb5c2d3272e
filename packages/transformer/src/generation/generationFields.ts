import type { GenerationOptions, SamplingOptions, SequenceBias } from "./options.ts";

/** Reads a field: returns the value, or fails with an error naming what was expected. */
type Read = (value: unknown, refuse: (expected: string) => never) => unknown;

/** The option for a field of Hugging Face's, and its reader. */
export interface GenerationReader {
  readonly option: keyof GenerationOptions | keyof SamplingOptions;
  readonly read: Read;
  /** The value for null, where null differs from absent. */
  readonly none?: unknown;
}

const number: Read = (value, refuse) =>
  typeof value === "number" && Number.isFinite(value) ? value : refuse("a number");
const whole: Read = (value, refuse) => (Number.isSafeInteger(value) ? value : refuse("a whole number"));
const yesOrNo: Read = (value, refuse) => (typeof value === "boolean" ? value : refuse("true or false"));
const ids: Read = (value, refuse) =>
  Array.isArray(value) && value.every(Number.isSafeInteger) ? value : refuse("a list of token ids");
const idOrIds: Read = (value, refuse) =>
  Number.isSafeInteger(value) ? value : ids(value, () => refuse("a token id or a list of them"));
const idLists: Read = (value, refuse) =>
  Array.isArray(value) && value.every((word) => Array.isArray(word) && word.every(Number.isSafeInteger))
    ? value
    : refuse("a list of lists of token ids");
const earlyStopping: Read = (value, refuse) =>
  value === "never" || typeof value === "boolean" ? value : refuse('true, false or "never"');
const texts: Read = (value, refuse) => {
  const list: unknown = typeof value === "string" ? [value] : value;
  const valid = Array.isArray(list) && list.every((text) => typeof text === "string" && text !== "");
  return valid ? list : refuse("a text or a list of texts");
};
const decay: Read = (value, refuse) =>
  Array.isArray(value) && value.length === 2 && Number.isSafeInteger(value[0]) && typeof value[1] === "number"
    ? value
    : refuse("a whole number and a factor");
const sequenceBias: Read = (value, refuse): readonly SequenceBias[] => {
  const isBias = (pair: unknown) =>
    Array.isArray(pair) &&
    pair.length === 2 &&
    Array.isArray(pair[0]) &&
    pair[0].length > 0 &&
    pair[0].every((id) => Number.isSafeInteger(id) && id >= 0) &&
    typeof pair[1] === "number";
  if (!Array.isArray(value) || value.length === 0 || !value.every(isBias)) {
    return refuse("a list of pairs, each a list of token ids and a number");
  }
  return (value as [number[], number][]).map(([ids, bias]) => ({ ids, bias }));
};

/** Readers of options, by Hugging Face's names. */
export const FIELD_READERS: Readonly<Record<string, GenerationReader>> = {
  num_beams: { option: "numBeams", read: whole },
  num_return_sequences: { option: "numReturnSequences", read: whole },
  length_penalty: { option: "lengthPenalty", read: number },
  early_stopping: { option: "earlyStopping", read: earlyStopping },
  max_length: { option: "maxLength", read: whole },
  max_new_tokens: { option: "maxNewTokens", read: whole },
  min_length: { option: "minLength", read: whole },
  min_new_tokens: { option: "minNewTokens", read: whole },
  max_time: { option: "maxTime", read: number },
  stop_strings: { option: "stopStrings", read: texts },
  no_repeat_ngram_size: { option: "noRepeatNgramSize", read: whole },
  encoder_no_repeat_ngram_size: { option: "encoderNoRepeatNgramSize", read: whole },
  repetition_penalty: { option: "repetitionPenalty", read: number },
  encoder_repetition_penalty: { option: "encoderRepetitionPenalty", read: number },
  sequence_bias: { option: "sequenceBias", read: sequenceBias },
  exponential_decay_length_penalty: { option: "exponentialDecayLengthPenalty", read: decay },
  remove_invalid_values: { option: "removeInvalidValues", read: yesOrNo },
  bad_words_ids: { option: "badWordsIds", read: idLists, none: [] },
  suppress_tokens: { option: "suppressTokens", read: ids },
  begin_suppress_tokens: { option: "beginSuppressTokens", read: ids },
  forced_bos_token_id: { option: "forcedBosTokenId", read: whole },
  forced_eos_token_id: { option: "forcedEosTokenId", read: idOrIds, none: null },
  renormalize_logits: { option: "renormalizeLogits", read: yesOrNo },
  decoder_start_token_id: { option: "decoderStartTokenId", read: whole },
  eos_token_id: { option: "eosTokenId", read: idOrIds, none: [] },
  prompt_lookup_num_tokens: { option: "promptLookupNumTokens", read: whole },
  max_matching_ngram_size: { option: "maxMatchingNgramSize", read: whole },
  num_assistant_tokens: { option: "numAssistantTokens", read: whole },
  assistant_confidence_threshold: { option: "assistantConfidenceThreshold", read: number },
  // Ours: Hugging Face has no limits, and stops where positions end.
  context_shift: { option: "contextShift", read: yesOrNo },
  memory_limit: { option: "memoryLimit", read: number },
  beam_limit: { option: "beamLimit", read: whole },
};

/** Readers of sampling options, by Hugging Face's names; used with `do_sample` only. */
export const SAMPLING_READERS: Readonly<Record<string, GenerationReader>> = {
  temperature: { option: "temperature", read: number },
  top_k: { option: "topK", read: whole },
  top_p: { option: "topP", read: number },
  min_p: { option: "minP", read: number },
  typical_p: { option: "typicalP", read: number },
  epsilon_cutoff: { option: "epsilonCutoff", read: number },
  eta_cutoff: { option: "etaCutoff", read: number },
  top_h: { option: "topH", read: number },
  seed: { option: "seed", read: whole }, // ours: Hugging Face takes the seed of torch
};
