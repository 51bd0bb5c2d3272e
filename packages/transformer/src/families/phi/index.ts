import { specialTokenFields } from "../../config/specialTokens.ts";
import type { Family } from "../../family/family.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import { phiSpec } from "./block.ts";
import { formatPhiConfig, type PhiConfig, parsePhiConfig } from "./config.ts";
import { PHI_WEIGHTS } from "./weights.ts";

/** A Phi-1, 1.5 or 2. */
export type PhiModel = CausalLanguageModel<PhiConfig>;

/** Phi-1, 1.5 and 2. */
export const phi: Family<"phi", PhiConfig, PhiModel> = {
  modelTypes: ["phi"],
  parseConfig: parsePhiConfig,
  formatConfig: formatPhiConfig,
  formatGeneration: specialTokenFields,
  architectures: () => [
    {
      className: "PhiForCausalLM",
      task: "causalLM",
      weights: PHI_WEIGHTS,
      build: (params, config) => phi.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, phiSpec(config)),
};
