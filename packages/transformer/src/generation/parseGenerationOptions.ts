import type { GenerationOptions, SamplingOptions } from "./options.ts";

type Read = (value: unknown, name: string) => unknown;

const number: Read = (value, name) => (typeof value === "number" ? value : refuse(name, "a number", value));
const id: Read = (value, name) => (Number.isInteger(value) ? value : refuse(name, "a whole number", value));
const yesOrNo: Read = (value, name) => (typeof value === "boolean" ? value : refuse(name, "true or false", value));
const ids: Read = (value, name) =>
  Array.isArray(value) && value.every(Number.isInteger) ? value : refuse(name, "a list of token ids", value);
const idOrIds: Read = (value, name) => (Array.isArray(value) ? ids(value, name) : id(value, name));
const idLists: Read = (value, name) =>
  Array.isArray(value) ? value.map((word) => ids(word, name)) : refuse(name, "a list of lists of token ids", value);
const earlyStopping: Read = (value, name) =>
  value === "never" || typeof value === "boolean" ? value : refuse(name, 'true, false or "never"', value);

// Hugging Face's names and ours, and how each value is read.
const OPTIONS: Readonly<Record<string, readonly [keyof GenerationOptions, Read]>> = {
  num_beams: ["numBeams", id],
  num_return_sequences: ["numReturnSequences", id],
  length_penalty: ["lengthPenalty", number],
  early_stopping: ["earlyStopping", earlyStopping],
  max_length: ["maxLength", id],
  max_new_tokens: ["maxNewTokens", id],
  min_length: ["minLength", id],
  min_new_tokens: ["minNewTokens", id],
  no_repeat_ngram_size: ["noRepeatNgramSize", id],
  repetition_penalty: ["repetitionPenalty", number],
  bad_words_ids: ["badWordsIds", idLists],
  suppress_tokens: ["suppressTokens", ids],
  begin_suppress_tokens: ["beginSuppressTokens", ids],
  forced_bos_token_id: ["forcedBosTokenId", id],
  forced_eos_token_id: ["forcedEosTokenId", id],
  renormalize_logits: ["renormalizeLogits", yesOrNo],
  decoder_start_token_id: ["decoderStartTokenId", id],
  eos_token_id: ["eosTokenId", idOrIds],
};

const SAMPLING: Readonly<Record<string, readonly [keyof SamplingOptions, Read]>> = {
  temperature: ["temperature", number],
  top_k: ["topK", id],
  top_p: ["topP", number],
  seed: ["seed", id], // ours: Hugging Face takes the seed of torch
};

// Names that a generation_config.json may hold and that change no ids here.
const IGNORED = new Set([
  "_from_model_config",
  "bos_token_id",
  "cache_implementation",
  "do_sample",
  "output_attentions",
  "output_hidden_states",
  "output_scores",
  "pad_token_id",
  "return_dict_in_generate",
  "transformers_version",
  "use_cache",
]);

/**
 * Reads options as Hugging Face writes them, in a `generation_config.json` or as keywords of `generate`
 * (https://huggingface.co/docs/transformers/main_classes/text_generation). null means that an option is not given.
 *
 * @throws RangeError naming an option that is unknown, or has a value it cannot have: nothing is ignored in silence
 */
export function parseGenerationOptions(json: unknown): GenerationOptions {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new RangeError(`generation options: expected an object, got ${JSON.stringify(json)}`);
  }
  const options: Record<string, unknown> = {};
  // Hugging Face draws among the 50 likeliest tokens unless told otherwise.
  const sampling: Record<string, unknown> = { topK: 50 };
  for (const [name, value] of Object.entries(json)) {
    if (value === null || IGNORED.has(name)) continue;
    const [target, row] = SAMPLING[name] ? [sampling, SAMPLING[name]] : [options, OPTIONS[name]];
    if (row === undefined)
      throw new RangeError(`generation options: expected an option that is supported, got ${name}`);
    target[row[0]] = row[1](value, name);
  }
  if ((json as { do_sample?: unknown }).do_sample === true) options["sampling"] = sampling;
  return options;
}

function refuse(name: string, expected: string, got: unknown): never {
  throw new RangeError(`generation options: expected ${name} to be ${expected}, got ${JSON.stringify(got)}`);
}
