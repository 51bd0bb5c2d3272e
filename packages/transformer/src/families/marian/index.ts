import type { Architecture, Family } from "../../family/family.ts";
import { eosField, formatMarianConfig, type MarianConfig, parseMarianConfig } from "./config.ts";
import { MarianModel } from "./model.ts";
import { MARIAN_WEIGHTS } from "./weights.ts";

const TRANSLATOR: Architecture<MarianConfig, MarianModel> = {
  className: "MarianMTModel",
  task: "seq2seqLM",
  weights: MARIAN_WEIGHTS,
  build: (params, config) => new MarianModel(params, config),
  isOf: (model) => model instanceof MarianModel,
};

/** Marian, the family of OPUS-MT. */
export const marian: Family<"marian", MarianConfig, MarianModel> = {
  modelTypes: ["marian"],
  parseConfig: parseMarianConfig,
  formatConfig: formatMarianConfig,
  formatGeneration: (config) => ({
    decoder_start_token_id: config.decoderStartTokenId,
    eos_token_id: eosField(config),
    pad_token_id: config.padTokenId,
    ...(config.forcedEosTokenId !== undefined && { forced_eos_token_id: config.forcedEosTokenId }),
    ...(config.badWordsIds !== undefined && { bad_words_ids: config.badWordsIds }),
    ...(config.maxLength !== undefined && { max_length: config.maxLength }),
  }),
  architectures: () => [TRANSLATOR],
  build: (params, config) => new MarianModel(params, config),
};
