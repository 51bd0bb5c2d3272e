import { specialTokenFields } from "../../config/specialTokens.ts";
import type { Family } from "../../family/family.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import { bloomSpec } from "./block.ts";
import { formatBloomConfig, type BloomConfig, parseBloomConfig } from "./config.ts";
import { BLOOM_WEIGHTS } from "./weights.ts";

/** A BLOOM. */
export type BloomModel = CausalLanguageModel<BloomConfig>;

/** BLOOM. */
export const bloom: Family<"bloom", BloomConfig, BloomModel> = {
  modelTypes: ["bloom"],
  parseConfig: parseBloomConfig,
  formatConfig: formatBloomConfig,
  formatGeneration: specialTokenFields,
  architectures: () => [
    {
      className: "BloomForCausalLM",
      task: "causalLM",
      weights: BLOOM_WEIGHTS,
      build: (params, config) => bloom.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, bloomSpec(config)),
};
