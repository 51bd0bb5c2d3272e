import { specialTokenFields } from "../../config/specialTokens.ts";
import type { Family } from "../../family/family.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import { olmo2Spec } from "./block.ts";
import { formatOlmo2Config, type Olmo2Config, parseOlmo2Config } from "./config.ts";
import { OLMO2_WEIGHTS } from "./weights.ts";

/** An OLMo 2. */
export type Olmo2Model = CausalLanguageModel<Olmo2Config>;

/** OLMo 2. */
export const olmo2: Family<"olmo2", Olmo2Config, Olmo2Model> = {
  modelTypes: ["olmo2"],
  parseConfig: parseOlmo2Config,
  formatConfig: formatOlmo2Config,
  formatGeneration: specialTokenFields,
  architectures: () => [
    {
      className: "Olmo2ForCausalLM",
      task: "causalLM",
      weights: OLMO2_WEIGHTS,
      build: (params, config) => olmo2.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, olmo2Spec(config)),
};
