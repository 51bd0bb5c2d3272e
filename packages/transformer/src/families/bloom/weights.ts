import type { NameMap, WeightRules } from "@qkv/nn";
import { OTHER_HEADS, tieOutputLayer } from "../../family/causalWeights.ts";
import { splitHeadNames, splitHeadsOf } from "../../family/fusedHeads.ts";
import type { BloomConfig } from "./config.ts";

const LAYER = "transformer.h.*";
const NAMES: NameMap = {
  ...splitHeadNames(`${LAYER}.self_attention`),
  "embedding.weight": "transformer.word_embeddings.weight",
  "embeddingNorm.weight": "transformer.word_embeddings_layernorm.weight",
  "embeddingNorm.bias": "transformer.word_embeddings_layernorm.bias",
  "layers.*.selfAttnNorm.weight": `${LAYER}.input_layernorm.weight`,
  "layers.*.selfAttnNorm.bias": `${LAYER}.input_layernorm.bias`,
  "layers.*.ffnNorm.weight": `${LAYER}.post_attention_layernorm.weight`,
  "layers.*.ffnNorm.bias": `${LAYER}.post_attention_layernorm.bias`,
  "layers.*.ffn.fc1.weight": `${LAYER}.mlp.dense_h_to_4h.weight`,
  "layers.*.ffn.fc1.bias": `${LAYER}.mlp.dense_h_to_4h.bias`,
  "layers.*.ffn.fc2.weight": `${LAYER}.mlp.dense_4h_to_h.weight`,
  "layers.*.ffn.fc2.bias": `${LAYER}.mlp.dense_4h_to_h.bias`,
  "norm.weight": "transformer.ln_f.weight",
  "norm.bias": "transformer.ln_f.bias",
  "lmHead.weight": "lm_head.weight",
};

/** The weights of `BloomForCausalLM`. Of each head the files have queries, keys and values one after another. */
export const BLOOM_WEIGHTS: WeightRules<BloomConfig> = {
  rename: NAMES,
  split: splitHeadsOf(`${LAYER}.self_attention`, ({ numHeads }) => ({ sizes: [1, 1, 1], groups: numHeads })),
  tie: tieOutputLayer("lm_head.weight", "transformer.word_embeddings.weight"),
  ignore: OTHER_HEADS,
  prefix: "transformer",
};
