import { specialTokenFields } from "../../config/specialTokens.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import type { Family } from "../../family/family.ts";
import { llamaSpec } from "./block.ts";
import { formatLlamaConfig, type LlamaConfig, parseLlamaConfig } from "./config.ts";
import { LLAMA_TYPES, type LlamaType } from "./modelTypes.ts";
import { LLAMA_WEIGHTS } from "./weights.ts";

/** A Llama, Mistral, Qwen 2, Qwen 3 or SmolLM3. */
export type LlamaModel = CausalLanguageModel<LlamaConfig>;

const CLASS_NAMES: Readonly<Record<LlamaType, string>> = {
  llama: "LlamaForCausalLM",
  mistral: "MistralForCausalLM",
  qwen2: "Qwen2ForCausalLM",
  qwen3: "Qwen3ForCausalLM",
  smollm3: "SmolLM3ForCausalLM",
};

/** Llama, and its relatives with further biases, norms or windows. */
export const llama: Family<LlamaType, LlamaConfig, LlamaModel> = {
  modelTypes: LLAMA_TYPES,
  parseConfig: parseLlamaConfig,
  formatConfig: formatLlamaConfig,
  formatGeneration: specialTokenFields,
  architectures: (modelType) => [
    {
      className: CLASS_NAMES[modelType],
      task: "causalLM",
      weights: LLAMA_WEIGHTS,
      build: (params, config) => llama.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, llamaSpec(config)),
};
