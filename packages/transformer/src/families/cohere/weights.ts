import type { WeightRules } from "@qkv/nn";
import { DECODER_ATTENTION, DECODER_ENDS, DECODER_GATED, decoderWeights } from "../../family/decoderWeights.ts";
import type { CohereConfig } from "./config.ts";

/** The weights of `CohereForCausalLM`. */
export const COHERE_WEIGHTS: WeightRules<CohereConfig> = decoderWeights({
  ...DECODER_ENDS,
  ...DECODER_ATTENTION,
  ...DECODER_GATED,
  "layers.*.selfAttnNorm.weight": "model.layers.*.input_layernorm.weight",
});
