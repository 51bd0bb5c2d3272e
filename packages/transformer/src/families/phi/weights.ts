import type { WeightRules } from "@qkv/nn";
import { DECODER_ENDS, DECODER_PROJECTIONS, decoderWeights } from "../../family/decoderWeights.ts";
import type { PhiConfig } from "./config.ts";

/** The weights of `PhiForCausalLM`. */
export const PHI_WEIGHTS: WeightRules<PhiConfig> = decoderWeights({
  ...DECODER_ENDS,
  ...DECODER_PROJECTIONS,
  "layers.*.selfAttnNorm.weight": "model.layers.*.input_layernorm.weight",
  "layers.*.selfAttnNorm.bias": "model.layers.*.input_layernorm.bias",
  "layers.*.selfAttn.outProj.weight": "model.layers.*.self_attn.dense.weight",
  "layers.*.selfAttn.outProj.bias": "model.layers.*.self_attn.dense.bias",
  "layers.*.selfAttn.qNorm.weight": "model.layers.*.self_attn.q_layernorm.weight",
  "layers.*.selfAttn.qNorm.bias": "model.layers.*.self_attn.q_layernorm.bias",
  "layers.*.selfAttn.kNorm.weight": "model.layers.*.self_attn.k_layernorm.weight",
  "layers.*.selfAttn.kNorm.bias": "model.layers.*.self_attn.k_layernorm.bias",
  "layers.*.ffn.fc1.weight": "model.layers.*.mlp.fc1.weight",
  "layers.*.ffn.fc1.bias": "model.layers.*.mlp.fc1.bias",
  "layers.*.ffn.fc2.weight": "model.layers.*.mlp.fc2.weight",
  "layers.*.ffn.fc2.bias": "model.layers.*.mlp.fc2.bias",
  "norm.weight": "model.final_layernorm.weight",
  "norm.bias": "model.final_layernorm.bias",
  logitBias: "lm_head.bias",
});
