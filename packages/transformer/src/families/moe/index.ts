import { specialTokenFields } from "../../config/specialTokens.ts";
import type { Family } from "../../family/family.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import { moeSpec } from "./block.ts";
import { formatMoeConfig, type MoeConfig, parseMoeConfig } from "./config.ts";
import { MOE_TYPES, type MoeType } from "./modelTypes.ts";
import { MOE_WEIGHTS } from "./weights.ts";

/** A Mixtral, Qwen 2 MoE or Qwen 3 MoE. */
export type MoeModel = CausalLanguageModel<MoeConfig>;

const CLASS_NAMES: Readonly<Record<MoeType, string>> = {
  mixtral: "MixtralForCausalLM",
  qwen2_moe: "Qwen2MoeForCausalLM",
  qwen3_moe: "Qwen3MoeForCausalLM",
};

/** Mixtral, Qwen 2 MoE and Qwen 3 MoE: mixtures of experts. */
export const moe: Family<MoeType, MoeConfig, MoeModel> = {
  modelTypes: MOE_TYPES,
  parseConfig: parseMoeConfig,
  formatConfig: formatMoeConfig,
  formatGeneration: specialTokenFields,
  architectures: (modelType) => [
    {
      className: CLASS_NAMES[modelType],
      task: "causalLM",
      weights: MOE_WEIGHTS[modelType],
      build: (params, config) => moe.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, moeSpec(config)),
};
