import { seq2seqGenerationFields } from "../../config/seq2seqTokens.ts";
import type { Architecture, Family } from "../../family/family.ts";
import { formatMarianConfig, type MarianConfig, parseMarianConfig } from "./config.ts";
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
  formatGeneration: seq2seqGenerationFields,
  architectures: () => [TRANSLATOR],
  build: (params, config) => new MarianModel(params, config),
};
