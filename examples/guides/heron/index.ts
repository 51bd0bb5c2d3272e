import { CausalLanguageModel, type Family, specialTokenFields } from "@qkv/transformer";
import { heronSpec } from "./block.ts";
import { formatHeronConfig, type HeronConfig, parseHeronConfig } from "./config.ts";
import { HERON_WEIGHTS } from "./weights.ts";

/** A made-up family, in the four files that every family has. */
export const heron: Family<"heron", HeronConfig, CausalLanguageModel<HeronConfig>> = {
  modelTypes: ["heron"],
  parseConfig: parseHeronConfig,
  formatConfig: formatHeronConfig,
  formatGeneration: specialTokenFields,
  architectures: () => [
    {
      className: "HeronForCausalLM",
      task: "causalLM",
      weights: HERON_WEIGHTS,
      build: (params, config) => heron.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, heronSpec(config)),
};
