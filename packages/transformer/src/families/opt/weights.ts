import type { NameMap, WeightRules } from "@qkv/nn";
import { OTHER_HEADS, tieOutputLayer } from "../../family/causalWeights.ts";
import type { OptConfig } from "./config.ts";

const LAYER = "model.decoder.layers.*";
const NAMES: NameMap = {
  "embedding.weight": "model.decoder.embed_tokens.weight",
  "positions.weight": "model.decoder.embed_positions.weight",
  "layers.*.selfAttnNorm.weight": `${LAYER}.self_attn_layer_norm.weight`,
  "layers.*.selfAttnNorm.bias": `${LAYER}.self_attn_layer_norm.bias`,
  "layers.*.selfAttn.qProj.weight": `${LAYER}.self_attn.q_proj.weight`,
  "layers.*.selfAttn.qProj.bias": `${LAYER}.self_attn.q_proj.bias`,
  "layers.*.selfAttn.kProj.weight": `${LAYER}.self_attn.k_proj.weight`,
  "layers.*.selfAttn.kProj.bias": `${LAYER}.self_attn.k_proj.bias`,
  "layers.*.selfAttn.vProj.weight": `${LAYER}.self_attn.v_proj.weight`,
  "layers.*.selfAttn.vProj.bias": `${LAYER}.self_attn.v_proj.bias`,
  "layers.*.selfAttn.outProj.weight": `${LAYER}.self_attn.out_proj.weight`,
  "layers.*.selfAttn.outProj.bias": `${LAYER}.self_attn.out_proj.bias`,
  "layers.*.ffnNorm.weight": `${LAYER}.final_layer_norm.weight`,
  "layers.*.ffnNorm.bias": `${LAYER}.final_layer_norm.bias`,
  "layers.*.ffn.fc1.weight": `${LAYER}.fc1.weight`,
  "layers.*.ffn.fc1.bias": `${LAYER}.fc1.bias`,
  "layers.*.ffn.fc2.weight": `${LAYER}.fc2.weight`,
  "layers.*.ffn.fc2.bias": `${LAYER}.fc2.bias`,
  "norm.weight": "model.decoder.final_layer_norm.weight",
  "norm.bias": "model.decoder.final_layer_norm.bias",
  "lmHead.weight": "lm_head.weight",
};

/** The weights of `OPTForCausalLM`. Files of a base model lack the prefix. */
export const OPT_WEIGHTS: WeightRules<OptConfig> = {
  rename: NAMES,
  tie: tieOutputLayer("lm_head.weight", "model.decoder.embed_tokens.weight"),
  ignore: OTHER_HEADS,
  prefix: "model",
};
