import { specialTokenFields } from "../../config/specialTokens.ts";
import type { Family } from "../../family/family.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import { gptNeoXSpec } from "./block.ts";
import { formatGptNeoXConfig, type GptNeoXConfig, parseGptNeoXConfig } from "./config.ts";
import { GPT_NEOX_WEIGHTS } from "./weights.ts";

/** A GPT-NeoX, such as Pythia. */
export type GptNeoXModel = CausalLanguageModel<GptNeoXConfig>;

/** GPT-NeoX, such as Pythia. */
export const gptNeoX: Family<"gpt_neox", GptNeoXConfig, GptNeoXModel> = {
  modelTypes: ["gpt_neox"],
  parseConfig: parseGptNeoXConfig,
  formatConfig: formatGptNeoXConfig,
  formatGeneration: specialTokenFields,
  architectures: () => [
    {
      className: "GPTNeoXForCausalLM",
      task: "causalLM",
      weights: GPT_NEOX_WEIGHTS,
      build: (params, config) => gptNeoX.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, gptNeoXSpec(config)),
};
