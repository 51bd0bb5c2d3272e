import { ConfigError } from "../../config/configFields.ts";
import { specialTokenFields } from "../../config/specialTokens.ts";
import type { Family } from "../../family/family.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import { gemmaSpec } from "./block.ts";
import { formatGemmaConfig, type GemmaConfig, parseGemmaConfig } from "./config.ts";
import { GEMMA_TYPES, type GemmaType } from "./modelTypes.ts";
import { GEMMA_2_WEIGHTS, GEMMA_WEIGHTS } from "./weights.ts";

/** A Gemma 1, 2 or 3. */
export type GemmaModel = CausalLanguageModel<GemmaConfig>;

const CLASS_NAMES: Readonly<Record<GemmaType, string>> = {
  gemma: "GemmaForCausalLM",
  gemma2: "Gemma2ForCausalLM",
  gemma3_text: "Gemma3ForCausalLM",
};

/** Gemma 1, 2 and 3, of the last the models of text. */
export const gemma: Family<GemmaType, GemmaConfig, GemmaModel> = {
  modelTypes: GEMMA_TYPES,
  parseConfig: parseGemmaConfig,
  formatConfig: formatGemmaConfig,
  formatGeneration: specialTokenFields,
  architectures: (modelType) => [
    {
      className: CLASS_NAMES[modelType],
      task: "causalLM",
      weights: modelType === "gemma" ? GEMMA_WEIGHTS : GEMMA_2_WEIGHTS,
      build: (params, config) => gemma.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => {
    if (config.isBidirectional) {
      throw new ConfigError(
        "use_bidirectional_attention: expected false or null in a model that writes, which reads a text from its beginning, got true",
      );
    }
    return new CausalLanguageModel(params, config, gemmaSpec(config));
  },
};
