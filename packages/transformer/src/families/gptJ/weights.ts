import type { NameMap, WeightRules } from "@qkv/nn";
import { CAUSAL_MASK, MASKED_SCORE, OTHER_HEADS, tieOutputLayer } from "../../family/causalWeights.ts";
import type { GptJConfig } from "./config.ts";

const NAMES: NameMap = {
  "embedding.weight": "transformer.wte.weight",
  "layers.*.selfAttnNorm.weight": "transformer.h.*.ln_1.weight",
  "layers.*.selfAttnNorm.bias": "transformer.h.*.ln_1.bias",
  "layers.*.selfAttn.qProj.weight": "transformer.h.*.attn.q_proj.weight",
  "layers.*.selfAttn.kProj.weight": "transformer.h.*.attn.k_proj.weight",
  "layers.*.selfAttn.vProj.weight": "transformer.h.*.attn.v_proj.weight",
  "layers.*.selfAttn.outProj.weight": "transformer.h.*.attn.out_proj.weight",
  "layers.*.ffn.fc1.weight": "transformer.h.*.mlp.fc_in.weight",
  "layers.*.ffn.fc1.bias": "transformer.h.*.mlp.fc_in.bias",
  "layers.*.ffn.fc2.weight": "transformer.h.*.mlp.fc_out.weight",
  "layers.*.ffn.fc2.bias": "transformer.h.*.mlp.fc_out.bias",
  "norm.weight": "transformer.ln_f.weight",
  "norm.bias": "transformer.ln_f.bias",
  "lmHead.weight": "lm_head.weight",
  logitBias: "lm_head.bias",
};

/** The weights of `GPTJForCausalLM`. Releases before 2023 hold causal masks. */
export const GPT_J_WEIGHTS: WeightRules<GptJConfig> = {
  rename: NAMES,
  tie: tieOutputLayer("lm_head.weight", "transformer.wte.weight"),
  ignore: {
    ...OTHER_HEADS,
    "transformer.h.*.attn.bias": CAUSAL_MASK,
    "transformer.h.*.attn.masked_bias": MASKED_SCORE,
  },
  prefix: "transformer",
};
