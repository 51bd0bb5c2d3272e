import type { NameMap, WeightRules } from "@qkv/nn";
import {
  DECODER_ATTENTION,
  DECODER_ENDS,
  DECODER_GATED,
  DECODER_PRE_NORMS,
  decoderWeights,
} from "../../family/decoderWeights.ts";
import type { GemmaConfig } from "./config.ts";

const MAPS: NameMap = { ...DECODER_ENDS, ...DECODER_ATTENTION, ...DECODER_GATED };

/** The weights of `GemmaForCausalLM`. */
export const GEMMA_WEIGHTS: WeightRules<GemmaConfig> = decoderWeights({ ...MAPS, ...DECODER_PRE_NORMS });

/** The weights of `Gemma2ForCausalLM` and `Gemma3ForCausalLM`, with a norm on both sides of each sublayer. */
export const GEMMA_2_WEIGHTS: WeightRules<GemmaConfig> = decoderWeights({
  ...MAPS,
  "layers.*.selfAttnNorm.weight": "model.layers.*.input_layernorm.weight",
  "layers.*.selfAttnPostNorm.weight": "model.layers.*.post_attention_layernorm.weight",
  "layers.*.ffnNorm.weight": "model.layers.*.pre_feedforward_layernorm.weight",
  "layers.*.ffnPostNorm.weight": "model.layers.*.post_feedforward_layernorm.weight",
});
