import { flag } from "../header/metadataValues.ts";
import { DECODER_SIZES, type GgufArchitecture, layerNormEps, withBias } from "./architecture.ts";
import { GATED_PARTS, LLAMA_ATTENTION, LLAMA_ENDS, LLAMA_GATED } from "./llama.ts";

// Decoders with Llama's projections whose norms subtract the mean.

/** Command R and Aya 23, whose neighbouring features turn together in Hugging Face's files too. */
export const commandR: GgufArchitecture = {
  name: "command-r",
  classes: { cohere: "CohereForCausalLM" },
  names: {
    ...LLAMA_ENDS,
    ...LLAMA_ATTENTION,
    ...LLAMA_GATED,
    "blk.*.attn_norm.weight": "model.layers.*.input_layernorm.weight",
  },
  needed: ["attn_norm", ...GATED_PARTS],
  sizeNames: DECODER_SIZES,
  keys: [layerNormEps("layer_norm_eps"), { key: "logit_scale", field: "logit_scale", kind: "float" }],
  rotary: "whole",
  fixed: { hidden_act: "silu" },
  read: ({ tensors }) => ({ attention_bias: tensors.has("blk.0.attn_q.bias") }),
};

/** StableLM, with one norm where attention and feed-forward are side by side. */
export const stableLm: GgufArchitecture = {
  name: "stablelm",
  classes: { stablelm: "StableLmForCausalLM" },
  names: {
    ...LLAMA_ENDS,
    ...LLAMA_ATTENTION,
    ...LLAMA_GATED,
    ...withBias("output_norm", "model.norm"),
    ...withBias("blk.*.attn_norm", "model.layers.*.input_layernorm"),
    ...withBias("blk.*.ffn_norm", "model.layers.*.post_attention_layernorm"),
  },
  needed: ["attn_norm", ...GATED_PARTS],
  sizeNames: DECODER_SIZES,
  keys: [layerNormEps("layer_norm_eps")],
  rotary: "partial",
  fixed: { hidden_act: "silu" },
  read: ({ fields, at, tensors }) => {
    fields.boolean(at("use_parallel_residual")); // llama.cpp goes by the norm alone
    return {
      use_qkv_bias: tensors.has("blk.0.attn_q.bias"),
      use_parallel_residual: !tensors.has("blk.0.ffn_norm.weight"),
    };
  },
  write: (json) => [["use_parallel_residual", flag(json["use_parallel_residual"] === true)]],
};
