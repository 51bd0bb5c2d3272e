import { specialTokenFields } from "../../config/specialTokens.ts";
import type { Family } from "../../family/family.ts";
import { CausalLanguageModel } from "../../models/causal/model.ts";
import { phi3Spec } from "./block.ts";
import { formatPhi3Config, type Phi3Config, parsePhi3Config } from "./config.ts";
import { PHI3_WEIGHTS } from "./weights.ts";

/** A Phi-3, 3.5 or 4. */
export type Phi3Model = CausalLanguageModel<Phi3Config>;

/** Phi-3, 3.5 and 4. */
export const phi3: Family<"phi3", Phi3Config, Phi3Model> = {
  modelTypes: ["phi3"],
  parseConfig: parsePhi3Config,
  formatConfig: formatPhi3Config,
  formatGeneration: specialTokenFields,
  architectures: () => [
    {
      className: "Phi3ForCausalLM",
      task: "causalLM",
      weights: PHI3_WEIGHTS,
      build: (params, config) => phi3.build(params, config),
      isOf: (model) => model instanceof CausalLanguageModel,
    },
  ],
  build: (params, config) => new CausalLanguageModel(params, config, phi3Spec(config)),
};
