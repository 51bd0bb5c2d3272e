import { specialTokenFields } from "../../config/specialTokens.ts";
import type { Family } from "../../family/family.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import { gptJSpec } from "./block.ts";
import { formatGptJConfig, type GptJConfig, parseGptJConfig } from "./config.ts";
import { GPT_J_WEIGHTS } from "./weights.ts";

/** A GPT-J. */
export type GptJModel = CausalLanguageModel<GptJConfig>;

/** GPT-J. */
export const gptJ: Family<"gptj", GptJConfig, GptJModel> = {
  modelTypes: ["gptj"],
  parseConfig: parseGptJConfig,
  formatConfig: formatGptJConfig,
  formatGeneration: specialTokenFields,
  architectures: () => [
    {
      className: "GPTJForCausalLM",
      task: "causalLM",
      weights: GPT_J_WEIGHTS,
      build: (params, config) => gptJ.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, gptJSpec(config)),
};
