import { specialTokenFields } from "../../config/specialTokens.ts";
import type { Family } from "../../family/family.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import { graniteSpec } from "./block.ts";
import { formatGraniteConfig, type GraniteConfig, parseGraniteConfig } from "./config.ts";
import { GRANITE_WEIGHTS } from "./weights.ts";

/** A Granite. */
export type GraniteModel = CausalLanguageModel<GraniteConfig>;

/** Granite, the dense models. */
export const granite: Family<"granite", GraniteConfig, GraniteModel> = {
  modelTypes: ["granite"],
  parseConfig: parseGraniteConfig,
  formatConfig: formatGraniteConfig,
  formatGeneration: specialTokenFields,
  architectures: () => [
    {
      className: "GraniteForCausalLM",
      task: "causalLM",
      weights: GRANITE_WEIGHTS,
      build: (params, config) => granite.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, graniteSpec(config)),
};
