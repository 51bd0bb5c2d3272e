import type { IgnoredArrays, NameMap, SplitRule, WeightRules } from "@qkv/nn";
import { CAUSAL_MASK, MASKED_SCORE, OTHER_HEADS, tieOutputLayer } from "../../family/causalWeights.ts";
import type { Gpt2Config } from "./config.ts";

const NAMES: NameMap = {
  "embedding.weight": "transformer.wte.weight",
  "positions.weight": "transformer.wpe.weight",
  "layers.*.selfAttnNorm.weight": "transformer.h.*.ln_1.weight",
  "layers.*.selfAttnNorm.bias": "transformer.h.*.ln_1.bias",
  "layers.*.selfAttn.qProj.weight": "transformer.h.*.attn.q.weight",
  "layers.*.selfAttn.qProj.bias": "transformer.h.*.attn.q.bias",
  "layers.*.selfAttn.kProj.weight": "transformer.h.*.attn.k.weight",
  "layers.*.selfAttn.kProj.bias": "transformer.h.*.attn.k.bias",
  "layers.*.selfAttn.vProj.weight": "transformer.h.*.attn.v.weight",
  "layers.*.selfAttn.vProj.bias": "transformer.h.*.attn.v.bias",
  "layers.*.selfAttn.outProj.weight": "transformer.h.*.attn.c_proj.weight",
  "layers.*.selfAttn.outProj.bias": "transformer.h.*.attn.c_proj.bias",
  "layers.*.ffnNorm.weight": "transformer.h.*.ln_2.weight",
  "layers.*.ffnNorm.bias": "transformer.h.*.ln_2.bias",
  "layers.*.ffn.fc1.weight": "transformer.h.*.mlp.c_fc.weight",
  "layers.*.ffn.fc1.bias": "transformer.h.*.mlp.c_fc.bias",
  "layers.*.ffn.fc2.weight": "transformer.h.*.mlp.c_proj.weight",
  "layers.*.ffn.fc2.bias": "transformer.h.*.mlp.c_proj.bias",
  "norm.weight": "transformer.ln_f.weight",
  "norm.bias": "transformer.ln_f.bias",
  "lmHead.weight": "lm_head.weight",
};

const QKV = ["q", "k", "v"] as const;

/** Queries, keys and values, which the files store side by side. */
const SPLIT: readonly SplitRule[] = [
  {
    from: "transformer.h.*.attn.c_attn.weight",
    into: QKV.map((part) => `transformer.h.*.attn.${part}.weight`),
    axis: 1, // [in, 3 * out]
  },
  {
    from: "transformer.h.*.attn.c_attn.bias",
    into: QKV.map((part) => `transformer.h.*.attn.${part}.bias`),
    axis: 0,
  },
];

/** The layers of a decoder that was made to attend to an encoder: text alone never passes through them. */
const CROSS_ATTENTION: IgnoredArrays = Object.fromEntries(
  ["crossattention.c_attn", "crossattention.q_attn", "crossattention.c_proj", "ln_cross_attn"].flatMap((part) =>
    ["weight", "bias"].map((kind) => [`transformer.h.*.${part}.${kind}`, { as: "attention to an encoder" }]),
  ),
);

/** The weights of `GPT2LMHeadModel`. Releases before 2022 lack the prefix, and hold causal masks. */
export const GPT2_WEIGHTS: WeightRules<Gpt2Config> = {
  rename: NAMES,
  split: SPLIT,
  transpose: [
    ...QKV.map((part) => `transformer.h.*.attn.${part}.weight`),
    "transformer.h.*.attn.c_proj.weight",
    "transformer.h.*.mlp.c_fc.weight",
    "transformer.h.*.mlp.c_proj.weight",
  ],
  tie: tieOutputLayer("lm_head.weight", "transformer.wte.weight"),
  ignore: {
    ...OTHER_HEADS,
    ...CROSS_ATTENTION,
    "transformer.h.*.attn.bias": CAUSAL_MASK,
    "transformer.h.*.attn.masked_bias": MASKED_SCORE,
  },
  prefix: "transformer",
};
