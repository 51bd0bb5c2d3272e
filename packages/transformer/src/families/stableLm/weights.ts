import type { WeightRules } from "@qkv/nn";
import {
  DECODER_ATTENTION,
  DECODER_ENDS,
  DECODER_GATED,
  DECODER_PRE_NORMS,
  decoderWeights,
} from "../../family/decoderWeights.ts";
import type { StableLmConfig } from "./config.ts";

/** The weights of `StableLmForCausalLM`: Llama's, with a bias of each norm. */
export const STABLELM_WEIGHTS: WeightRules<StableLmConfig> = decoderWeights({
  ...DECODER_ENDS,
  ...DECODER_PRE_NORMS,
  ...DECODER_ATTENTION,
  ...DECODER_GATED,
  "layers.*.selfAttnNorm.bias": "model.layers.*.input_layernorm.bias",
  "layers.*.ffnNorm.bias": "model.layers.*.post_attention_layernorm.bias",
  "norm.bias": "model.norm.bias",
});
