import { specialTokenFields } from "../../config/specialTokens.ts";
import type { Family } from "../../family/family.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import { cohereSpec } from "./block.ts";
import { formatCohereConfig, type CohereConfig, parseCohereConfig } from "./config.ts";
import { COHERE_WEIGHTS } from "./weights.ts";

/** A Cohere model, such as Command R or Aya. */
export type CohereModel = CausalLanguageModel<CohereConfig>;

/** Cohere's models, such as Command R and Aya. */
export const cohere: Family<"cohere", CohereConfig, CohereModel> = {
  modelTypes: ["cohere"],
  parseConfig: parseCohereConfig,
  formatConfig: formatCohereConfig,
  formatGeneration: specialTokenFields,
  architectures: () => [
    {
      className: "CohereForCausalLM",
      task: "causalLM",
      weights: COHERE_WEIGHTS,
      build: (params, config) => cohere.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, cohereSpec(config)),
};
