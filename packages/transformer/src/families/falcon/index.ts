import { specialTokenFields } from "../../config/specialTokens.ts";
import type { Family } from "../../family/family.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import { falconSpec } from "./block.ts";
import { formatFalconConfig, type FalconConfig, parseFalconConfig } from "./config.ts";
import { FALCON_WEIGHTS, falconWeights } from "./weights.ts";

/** A Falcon. */
export type FalconModel = CausalLanguageModel<FalconConfig>;

/** Falcon, 1 and 2. */
export const falcon: Family<"falcon", FalconConfig, FalconModel> = {
  modelTypes: ["falcon"],
  parseConfig: parseFalconConfig,
  formatConfig: formatFalconConfig,
  formatGeneration: specialTokenFields,
  architectures: () => [
    {
      className: "FalconForCausalLM",
      task: "causalLM",
      weights: FALCON_WEIGHTS,
      weightsOf: falconWeights,
      build: (params, config) => falcon.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, falconSpec(config)),
};
