import type { WeightRules } from "@qkv/nn";
import { tieOutputLayer } from "@qkv/transformer";
import type { HeronConfig } from "./config.ts";

const PARTS = ["query", "key", "value"];

/** The weights of `HeronForCausalLM`: queries, keys and values are one matrix in the files. */
export const HERON_WEIGHTS: WeightRules<HeronConfig> = {
  rename: {
    "embedding.weight": "heron.embed.weight",
    "layers.*.selfAttn.qProj.weight": "heron.blocks.*.attn.query.weight",
    "layers.*.selfAttn.kProj.weight": "heron.blocks.*.attn.key.weight",
    "layers.*.selfAttn.vProj.weight": "heron.blocks.*.attn.value.weight",
    "layers.*.selfAttn.outProj.weight": "heron.blocks.*.attn.out.weight",
    "layers.*.selfAttnNorm.weight": "heron.blocks.*.norm_1.weight",
    "layers.*.selfAttnNorm.bias": "heron.blocks.*.norm_1.bias",
    "layers.*.ffn.fc1.weight": "heron.blocks.*.up.weight",
    "layers.*.ffn.fc1.bias": "heron.blocks.*.up.bias",
    "layers.*.ffn.fc2.weight": "heron.blocks.*.down.weight",
    "layers.*.ffn.fc2.bias": "heron.blocks.*.down.bias",
    "layers.*.ffnNorm.weight": "heron.blocks.*.norm_2.weight",
    "layers.*.ffnNorm.bias": "heron.blocks.*.norm_2.bias",
    "lmHead.weight": "lm_head.weight",
  },
  split: [
    {
      from: "heron.blocks.*.attn.qkv.weight",
      into: PARTS.map((part) => `heron.blocks.*.attn.${part}.weight`),
      axis: 0, // [3 * out, in]
    },
  ],
  transpose: ["heron.blocks.*.down.weight"],
  tie: tieOutputLayer("lm_head.weight", "heron.embed.weight"),
  ignore: { "heron.blocks.*.attn.slopes": { as: "the slopes that ALiBi gives" } },
  prefix: "heron",
};
