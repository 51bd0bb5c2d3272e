import { specialTokenFields } from "../../config/specialTokens.ts";
import type { Family } from "../../family/family.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import { optSpec } from "./block.ts";
import { formatOptConfig, type OptConfig, parseOptConfig } from "./config.ts";
import { OPT_WEIGHTS } from "./weights.ts";

/** An OPT. */
export type OptModel = CausalLanguageModel<OptConfig>;

/** OPT, but for its 350 million parameters' form. */
export const opt: Family<"opt", OptConfig, OptModel> = {
  modelTypes: ["opt"],
  parseConfig: parseOptConfig,
  formatConfig: formatOptConfig,
  formatGeneration: specialTokenFields,
  architectures: () => [
    {
      className: "OPTForCausalLM",
      task: "causalLM",
      weights: OPT_WEIGHTS,
      build: (params, config) => opt.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, optSpec(config)),
};
