import type { WeightRules } from "@qkv/nn";
import { DECODER_ATTENTION, DECODER_ENDS, DECODER_PRE_NORMS, decoderWeights } from "../../family/decoderWeights.ts";
import type { Phi3Config } from "./config.ts";

/** The weights of `Phi3ForCausalLM`: queries, keys and values are one array of the files, and so are gate and values. */
export const PHI3_WEIGHTS: WeightRules<Phi3Config> = decoderWeights(
  {
    ...DECODER_ENDS,
    ...DECODER_PRE_NORMS,
    ...DECODER_ATTENTION,
    "layers.*.ffn.gateUpProj.weight": "model.layers.*.mlp.gate_up_proj.weight",
    "layers.*.ffn.downProj.weight": "model.layers.*.mlp.down_proj.weight",
  },
  {
    split: [
      {
        from: "model.layers.*.self_attn.qkv_proj.weight",
        into: ["q", "k", "v"].map((part) => `model.layers.*.self_attn.${part}_proj.weight`),
        axis: 0,
        layout: ({ numHeads, numKeyValueHeads }) => ({ sizes: [numHeads, numKeyValueHeads, numKeyValueHeads] }),
      },
    ],
  },
);
