import { specialTokenFields } from "../../config/specialTokens.ts";
import type { Family } from "../../family/family.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import { stableLmSpec } from "./block.ts";
import { formatStableLmConfig, type StableLmConfig, parseStableLmConfig } from "./config.ts";
import { STABLELM_WEIGHTS } from "./weights.ts";

/** A StableLM. */
export type StableLmModel = CausalLanguageModel<StableLmConfig>;

/** StableLM. */
export const stableLm: Family<"stablelm", StableLmConfig, StableLmModel> = {
  modelTypes: ["stablelm"],
  parseConfig: parseStableLmConfig,
  formatConfig: formatStableLmConfig,
  formatGeneration: specialTokenFields,
  architectures: () => [
    {
      className: "StableLmForCausalLM",
      task: "causalLM",
      weights: STABLELM_WEIGHTS,
      build: (params, config) => stableLm.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, stableLmSpec(config)),
};
