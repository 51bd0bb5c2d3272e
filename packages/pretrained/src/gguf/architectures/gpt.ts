import { DECODER_SIZES, type GgufArchitecture, joinedHeads, layerNormEps, withBias } from "./architecture.ts";

const BLOCK = "transformer.h.*";
const NEED_JOINED = ["attn_norm", "attn_qkv", "attn_output", "ffn_up", "ffn_down"];

/** GPT-2, whose matrices these files have as all others do: outputs by inputs. */
export const gpt2: GgufArchitecture = {
  name: "gpt2",
  classes: { gpt2: "GPT2LMHeadModel" },
  names: {
    "token_embd.weight": "transformer.wte.weight",
    "position_embd.weight": "transformer.wpe.weight",
    "output.weight": "lm_head.weight",
    ...withBias("output_norm", "transformer.ln_f"),
    ...withBias("blk.*.attn_norm", `${BLOCK}.ln_1`),
    ...withBias("blk.*.attn_output", `${BLOCK}.attn.c_proj`),
    ...withBias("blk.*.ffn_norm", `${BLOCK}.ln_2`),
    ...withBias("blk.*.ffn_up", `${BLOCK}.mlp.c_fc`),
    ...withBias("blk.*.ffn_down", `${BLOCK}.mlp.c_proj`),
  },
  joined: joinedHeads(`${BLOCK}.attn`),
  needed: [...NEED_JOINED, "ffn_norm"],
  sizeNames: {
    ...{ width: "n_embd", heads: "n_head", keyValueHeads: undefined, headDim: undefined },
    ...{ layers: "n_layer", ffnDim: "n_inner", maxPositions: "n_positions" },
  },
  keys: [layerNormEps("layer_norm_epsilon")],
  fixed: { activation_function: "gelu_new" },
};

/** GPT-NeoX. llama.cpp approximates its GELU, which here is exact, as in Hugging Face's. */
export const gptNeoX: GgufArchitecture = {
  name: "gptneox",
  classes: { gpt_neox: "GPTNeoXForCausalLM" },
  names: {
    "token_embd.weight": "gpt_neox.embed_in.weight",
    "output.weight": "embed_out.weight",
    ...withBias("output_norm", "gpt_neox.final_layer_norm"),
    ...withBias("blk.*.attn_norm", "gpt_neox.layers.*.input_layernorm"),
    ...withBias("blk.*.attn_output", "gpt_neox.layers.*.attention.dense"),
    ...withBias("blk.*.ffn_norm", "gpt_neox.layers.*.post_attention_layernorm"),
    ...withBias("blk.*.ffn_up", "gpt_neox.layers.*.mlp.dense_h_to_4h"),
    ...withBias("blk.*.ffn_down", "gpt_neox.layers.*.mlp.dense_4h_to_h"),
  },
  joined: joinedHeads("gpt_neox.layers.*.attention"),
  needed: [...NEED_JOINED, "ffn_norm"],
  sizeNames: { ...DECODER_SIZES, keyValueHeads: undefined, headDim: undefined },
  keys: [
    layerNormEps("layer_norm_eps"),
    { key: "use_parallel_residual", field: "use_parallel_residual", kind: "flag", absent: true },
  ],
  rotary: "partial",
  fixed: { hidden_act: "gelu" },
  read: ({ tensors }) => ({ attention_bias: tensors.has("blk.0.attn_qkv.bias") }),
};

/** Falcon 1 and 2 without biases, attention and feed-forward side by side: what llama.cpp computes. */
export const falcon: GgufArchitecture = {
  name: "falcon",
  classes: { falcon: "FalconForCausalLM" },
  names: {
    "token_embd.weight": "transformer.word_embeddings.weight",
    "output.weight": "lm_head.weight",
    ...withBias("output_norm", "transformer.ln_f"),
    ...withBias("blk.*.attn_norm", `${BLOCK}.input_layernorm`),
    "blk.*.attn_output.weight": `${BLOCK}.self_attention.dense.weight`,
    "blk.*.ffn_up.weight": `${BLOCK}.mlp.dense_h_to_4h.weight`,
    "blk.*.ffn_down.weight": `${BLOCK}.mlp.dense_4h_to_h.weight`,
  },
  namesWith: {
    "blk.0.attn_norm_2.weight": {
      ...withBias("blk.*.attn_norm", `${BLOCK}.ln_mlp`),
      ...withBias("blk.*.attn_norm_2", `${BLOCK}.ln_attn`),
    },
  },
  joined: joinedHeads(`${BLOCK}.self_attention`),
  needed: NEED_JOINED,
  sizeNames: { ...DECODER_SIZES, keyValueHeads: "num_kv_heads", headDim: undefined, ffnDim: "ffn_hidden_size" },
  keys: [layerNormEps("layer_norm_epsilon")],
  rotary: "whole",
  fixed: { activation: "gelu", alibi: false, bias: false, parallel_attn: true },
  read: ({ fields, at, sizes, tensors }) => {
    fields.expectNeutral(at("tensor_data_layout"), ["jploski"]); // queries, keys and values one after another
    const hasOwnNorms = tensors.has("blk.0.attn_norm_2.weight");
    const { heads, keyValueHeads } = sizes;
    return {
      new_decoder_architecture: hasOwnNorms || (keyValueHeads !== 1 && keyValueHeads !== heads),
      multi_query: keyValueHeads === 1,
      num_ln_in_parallel_attn: hasOwnNorms ? 2 : 1,
    };
  },
};

/** BLOOM, whose positions are ALiBi's. */
export const bloom: GgufArchitecture = {
  name: "bloom",
  classes: { bloom: "BloomForCausalLM" },
  names: {
    "token_embd.weight": "transformer.word_embeddings.weight",
    "output.weight": "lm_head.weight",
    ...withBias("token_embd_norm", "transformer.word_embeddings_layernorm"),
    ...withBias("output_norm", "transformer.ln_f"),
    ...withBias("blk.*.attn_norm", `${BLOCK}.input_layernorm`),
    ...withBias("blk.*.attn_output", `${BLOCK}.self_attention.dense`),
    ...withBias("blk.*.ffn_norm", `${BLOCK}.post_attention_layernorm`),
    ...withBias("blk.*.ffn_up", `${BLOCK}.mlp.dense_h_to_4h`),
    ...withBias("blk.*.ffn_down", `${BLOCK}.mlp.dense_4h_to_h`),
  },
  joined: joinedHeads(`${BLOCK}.self_attention`),
  needed: [...NEED_JOINED, "ffn_norm"],
  sizeNames: {
    ...{ width: "hidden_size", heads: "n_head", keyValueHeads: undefined, headDim: undefined },
    ...{ layers: "n_layer", ffnDim: undefined, maxPositions: "seq_length" },
  },
  keys: [layerNormEps("layer_norm_epsilon")],
};
