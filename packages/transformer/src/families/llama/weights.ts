import { rotaryFrequencies } from "@qkv/attention";
import type { IgnoredArray, NameMap, WeightRules } from "@qkv/nn";
import { OTHER_HEADS, tieOutputLayer } from "../../family/causalWeights.ts";
import type { LlamaConfig } from "./config.ts";

// Every parameter of every type: some have biases, some norms of queries and keys.
const NAMES: NameMap = {
  "embedding.weight": "model.embed_tokens.weight",
  "layers.*.selfAttnNorm.weight": "model.layers.*.input_layernorm.weight",
  "layers.*.selfAttn.qProj.weight": "model.layers.*.self_attn.q_proj.weight",
  "layers.*.selfAttn.qProj.bias": "model.layers.*.self_attn.q_proj.bias",
  "layers.*.selfAttn.kProj.weight": "model.layers.*.self_attn.k_proj.weight",
  "layers.*.selfAttn.kProj.bias": "model.layers.*.self_attn.k_proj.bias",
  "layers.*.selfAttn.vProj.weight": "model.layers.*.self_attn.v_proj.weight",
  "layers.*.selfAttn.vProj.bias": "model.layers.*.self_attn.v_proj.bias",
  "layers.*.selfAttn.outProj.weight": "model.layers.*.self_attn.o_proj.weight",
  "layers.*.selfAttn.outProj.bias": "model.layers.*.self_attn.o_proj.bias",
  "layers.*.selfAttn.qNorm.weight": "model.layers.*.self_attn.q_norm.weight",
  "layers.*.selfAttn.kNorm.weight": "model.layers.*.self_attn.k_norm.weight",
  "layers.*.ffnNorm.weight": "model.layers.*.post_attention_layernorm.weight",
  "layers.*.ffn.gateProj.weight": "model.layers.*.mlp.gate_proj.weight",
  "layers.*.ffn.gateProj.bias": "model.layers.*.mlp.gate_proj.bias",
  "layers.*.ffn.upProj.weight": "model.layers.*.mlp.up_proj.weight",
  "layers.*.ffn.upProj.bias": "model.layers.*.mlp.up_proj.bias",
  "layers.*.ffn.downProj.weight": "model.layers.*.mlp.down_proj.weight",
  "layers.*.ffn.downProj.bias": "model.layers.*.mlp.down_proj.bias",
  "norm.weight": "model.norm.weight",
  "lmHead.weight": "lm_head.weight",
};

const FREQUENCIES: IgnoredArray<LlamaConfig> = {
  as: "the frequencies of the rotary positions that config.json says",
  isRight: (array, { rotary, maxPositions }) => {
    // Older releases kept those before any scaling.
    const { scaling: _, ...plain } = rotary;
    return [rotary, plain].some((config) => array.equals(rotaryFrequencies(config, maxPositions).frequencies));
  },
};

/** The weights of `LlamaForCausalLM` and its relatives. Older releases hold the rotary frequencies. */
export const LLAMA_WEIGHTS: WeightRules<LlamaConfig> = {
  rename: NAMES,
  tie: tieOutputLayer("lm_head.weight", "model.embed_tokens.weight"),
  ignore: {
    ...OTHER_HEADS,
    "model.rotary_emb.inv_freq": FREQUENCIES,
    "model.layers.*.self_attn.rotary_emb.inv_freq": FREQUENCIES,
  },
  prefix: "model",
};
