import { seq2seqGenerationFields } from "../../config/seq2seqTokens.ts";
import type { Architecture, Family } from "../../family/family.ts";
import { Seq2SeqLanguageModel } from "../../models/seq2seq/model.ts";
import { marianSpec } from "./block.ts";
import { formatMarianConfig, type MarianConfig, parseMarianConfig } from "./config.ts";
import { MARIAN_WEIGHTS } from "./weights.ts";

/** A Marian translator. */
export type MarianModel = Seq2SeqLanguageModel<MarianConfig>;

const TRANSLATOR: Architecture<MarianConfig, MarianModel> = {
  className: "MarianMTModel",
  task: "seq2seqLM",
  weights: MARIAN_WEIGHTS,
  build: (params, config) => marian.build(params, config),
  isOf: (model) => model instanceof Seq2SeqLanguageModel,
};

/** Marian, the family of OPUS-MT. */
export const marian: Family<"marian", MarianConfig, MarianModel> = {
  modelTypes: ["marian"],
  parseConfig: parseMarianConfig,
  formatConfig: formatMarianConfig,
  formatGeneration: seq2seqGenerationFields,
  architectures: () => [TRANSLATOR],
  build: (params, config) => new Seq2SeqLanguageModel(params, config, marianSpec(config)),
};
