import type { NameMap, WeightRules } from "@qkv/nn";
import { CAUSAL_MASK, MASKED_SCORE, OTHER_HEADS, tieOutputLayer } from "../../family/causalWeights.ts";
import { ROTARY_FREQUENCIES } from "../../family/decoderWeights.ts";
import { splitHeadNames, splitHeadsOf } from "../../family/fusedHeads.ts";
import type { GptNeoXConfig } from "./config.ts";

const LAYER = "gpt_neox.layers.*";
const NAMES: NameMap = {
  ...splitHeadNames(`${LAYER}.attention`),
  "embedding.weight": "gpt_neox.embed_in.weight",
  "layers.*.selfAttnNorm.weight": `${LAYER}.input_layernorm.weight`,
  "layers.*.selfAttnNorm.bias": `${LAYER}.input_layernorm.bias`,
  "layers.*.ffnNorm.weight": `${LAYER}.post_attention_layernorm.weight`,
  "layers.*.ffnNorm.bias": `${LAYER}.post_attention_layernorm.bias`,
  "layers.*.ffn.fc1.weight": `${LAYER}.mlp.dense_h_to_4h.weight`,
  "layers.*.ffn.fc1.bias": `${LAYER}.mlp.dense_h_to_4h.bias`,
  "layers.*.ffn.fc2.weight": `${LAYER}.mlp.dense_4h_to_h.weight`,
  "layers.*.ffn.fc2.bias": `${LAYER}.mlp.dense_4h_to_h.bias`,
  "norm.weight": "gpt_neox.final_layer_norm.weight",
  "norm.bias": "gpt_neox.final_layer_norm.bias",
  "lmHead.weight": "embed_out.weight",
};

/** The weights of `GPTNeoXForCausalLM`. Of each head the files have queries, keys and values one after another. */
export const GPT_NEOX_WEIGHTS: WeightRules<GptNeoXConfig> = {
  rename: NAMES,
  split: splitHeadsOf(`${LAYER}.attention`, ({ numHeads }) => ({ sizes: [1, 1, 1], groups: numHeads })),
  tie: tieOutputLayer("embed_out.weight", "gpt_neox.embed_in.weight", "lm_head.weight"),
  ignore: {
    ...OTHER_HEADS,
    [`${LAYER}.attention.bias`]: CAUSAL_MASK,
    [`${LAYER}.attention.masked_bias`]: MASKED_SCORE,
    [`${LAYER}.attention.rotary_emb.inv_freq`]: ROTARY_FREQUENCIES,
  },
  prefix: "gpt_neox",
};
