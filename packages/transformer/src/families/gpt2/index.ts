import { specialTokenFields } from "../../config/specialTokens.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import type { Architecture, Family } from "../../family/family.ts";
import { gpt2Spec } from "./block.ts";
import { formatGpt2Config, type Gpt2Config, parseGpt2Config } from "./config.ts";
import { GPT2_WEIGHTS } from "./weights.ts";

/** A GPT-2. */
export type Gpt2Model = CausalLanguageModel<Gpt2Config>;

const LANGUAGE_MODEL: Architecture<Gpt2Config, Gpt2Model> = {
  className: "GPT2LMHeadModel",
  task: "causalLM",
  weights: GPT2_WEIGHTS,
  build: (params, config) => gpt2.build(params, config),
  isOf: (model) => model instanceof CausalLanguageModel,
};

/** GPT-2. */
export const gpt2: Family<"gpt2", Gpt2Config, Gpt2Model> = {
  modelTypes: ["gpt2"],
  parseConfig: parseGpt2Config,
  formatConfig: formatGpt2Config,
  formatGeneration: specialTokenFields,
  architectures: () => [LANGUAGE_MODEL],
  build: (params, config) => new CausalLanguageModel(params, config, gpt2Spec(config)),
};
