import type { NameMap, SplitLayout, WeightRules } from "@qkv/nn";
import { OTHER_HEADS, tieOutputLayer } from "../../family/causalWeights.ts";
import { splitHeadNames, splitHeadsOf } from "../../family/fusedHeads.ts";
import type { FalconConfig } from "./config.ts";

const LAYER = "transformer.h.*";
const NAMES: NameMap = {
  ...splitHeadNames(`${LAYER}.self_attention`),
  "embedding.weight": "transformer.word_embeddings.weight",
  "layers.*.ffn.fc1.weight": `${LAYER}.mlp.dense_h_to_4h.weight`,
  "layers.*.ffn.fc1.bias": `${LAYER}.mlp.dense_h_to_4h.bias`,
  "layers.*.ffn.fc2.weight": `${LAYER}.mlp.dense_4h_to_h.weight`,
  "layers.*.ffn.fc2.bias": `${LAYER}.mlp.dense_4h_to_h.bias`,
  "norm.weight": "transformer.ln_f.weight",
  "norm.bias": "transformer.ln_f.bias",
  "lmHead.weight": "lm_head.weight",
};

/** Of groups the queries of each before its keys and values, else those of each head; all heads may share the last two. */
function headLayout({ numHeads, numKeyValueHeads: groups, isNewArchitecture }: FalconConfig): SplitLayout {
  if (isNewArchitecture) return { sizes: [numHeads / groups, 1, 1], groups };
  return groups === 1 ? { sizes: [numHeads, 1, 1] } : { sizes: [1, 1, 1], groups: numHeads };
}

function rules(attentionNorm: string, ffnNorm: string): WeightRules<FalconConfig> {
  return {
    rename: {
      ...NAMES,
      "layers.*.selfAttnNorm.weight": `${LAYER}.${attentionNorm}.weight`,
      "layers.*.selfAttnNorm.bias": `${LAYER}.${attentionNorm}.bias`,
      "layers.*.ffnNorm.weight": `${LAYER}.${ffnNorm}.weight`,
      "layers.*.ffnNorm.bias": `${LAYER}.${ffnNorm}.bias`,
    },
    split: splitHeadsOf(`${LAYER}.self_attention`, headLayout),
    tie: tieOutputLayer("lm_head.weight", "transformer.word_embeddings.weight"),
    ignore: OTHER_HEADS,
    prefix: "transformer",
  };
}

/** The weights of `FalconForCausalLM`. */
export const FALCON_WEIGHTS = rules("input_layernorm", "post_attention_layernorm");

const WITH_OWN_NORMS = rules("ln_attn", "ln_mlp");

/** The same for a config: a norm for each sublayer has another name where they are side by side. */
export function falconWeights({ residual }: FalconConfig): WeightRules<FalconConfig> {
  return residual === "ownNorms" ? WITH_OWN_NORMS : FALCON_WEIGHTS;
}
