import type { WeightRules } from "@qkv/nn";
import { DECODER_ATTENTION, DECODER_ENDS, DECODER_GATED, decoderWeights } from "../../family/decoderWeights.ts";
import type { Olmo2Config } from "./config.ts";

/** The weights of `Olmo2ForCausalLM`. */
export const OLMO2_WEIGHTS: WeightRules<Olmo2Config> = decoderWeights({
  ...DECODER_ENDS,
  ...DECODER_ATTENTION,
  ...DECODER_GATED,
  "layers.*.selfAttnNorm.weight": "model.layers.*.post_attention_layernorm.weight",
  "layers.*.ffnNorm.weight": "model.layers.*.post_feedforward_layernorm.weight",
});
