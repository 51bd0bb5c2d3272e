import { sinusoidalPositions } from "@qkv/attention";
import type { IgnoredArray, NameMap, TieRule, WeightRules } from "@qkv/nn";
import type { MarianConfig } from "./config.ts";

const NAMES: NameMap = {
  "shared.weight": "model.shared.weight",
  "encoder.embedding.weight": "model.encoder.embed_tokens.weight",
  "decoder.embedding.weight": "model.decoder.embed_tokens.weight",
  "lmHead.weight": "lm_head.weight",
  finalLogitsBias: "final_logits_bias",

  "encoder.layers.*.selfAttn.qProj.weight": "model.encoder.layers.*.self_attn.q_proj.weight",
  "encoder.layers.*.selfAttn.qProj.bias": "model.encoder.layers.*.self_attn.q_proj.bias",
  "encoder.layers.*.selfAttn.kProj.weight": "model.encoder.layers.*.self_attn.k_proj.weight",
  "encoder.layers.*.selfAttn.kProj.bias": "model.encoder.layers.*.self_attn.k_proj.bias",
  "encoder.layers.*.selfAttn.vProj.weight": "model.encoder.layers.*.self_attn.v_proj.weight",
  "encoder.layers.*.selfAttn.vProj.bias": "model.encoder.layers.*.self_attn.v_proj.bias",
  "encoder.layers.*.selfAttn.outProj.weight": "model.encoder.layers.*.self_attn.out_proj.weight",
  "encoder.layers.*.selfAttn.outProj.bias": "model.encoder.layers.*.self_attn.out_proj.bias",
  "encoder.layers.*.selfAttnNorm.weight": "model.encoder.layers.*.self_attn_layer_norm.weight",
  "encoder.layers.*.selfAttnNorm.bias": "model.encoder.layers.*.self_attn_layer_norm.bias",
  "encoder.layers.*.ffn.fc1.weight": "model.encoder.layers.*.fc1.weight",
  "encoder.layers.*.ffn.fc1.bias": "model.encoder.layers.*.fc1.bias",
  "encoder.layers.*.ffn.fc2.weight": "model.encoder.layers.*.fc2.weight",
  "encoder.layers.*.ffn.fc2.bias": "model.encoder.layers.*.fc2.bias",
  "encoder.layers.*.ffnNorm.weight": "model.encoder.layers.*.final_layer_norm.weight",
  "encoder.layers.*.ffnNorm.bias": "model.encoder.layers.*.final_layer_norm.bias",

  "decoder.layers.*.selfAttn.qProj.weight": "model.decoder.layers.*.self_attn.q_proj.weight",
  "decoder.layers.*.selfAttn.qProj.bias": "model.decoder.layers.*.self_attn.q_proj.bias",
  "decoder.layers.*.selfAttn.kProj.weight": "model.decoder.layers.*.self_attn.k_proj.weight",
  "decoder.layers.*.selfAttn.kProj.bias": "model.decoder.layers.*.self_attn.k_proj.bias",
  "decoder.layers.*.selfAttn.vProj.weight": "model.decoder.layers.*.self_attn.v_proj.weight",
  "decoder.layers.*.selfAttn.vProj.bias": "model.decoder.layers.*.self_attn.v_proj.bias",
  "decoder.layers.*.selfAttn.outProj.weight": "model.decoder.layers.*.self_attn.out_proj.weight",
  "decoder.layers.*.selfAttn.outProj.bias": "model.decoder.layers.*.self_attn.out_proj.bias",
  "decoder.layers.*.selfAttnNorm.weight": "model.decoder.layers.*.self_attn_layer_norm.weight",
  "decoder.layers.*.selfAttnNorm.bias": "model.decoder.layers.*.self_attn_layer_norm.bias",
  "decoder.layers.*.crossAttn.qProj.weight": "model.decoder.layers.*.encoder_attn.q_proj.weight",
  "decoder.layers.*.crossAttn.qProj.bias": "model.decoder.layers.*.encoder_attn.q_proj.bias",
  "decoder.layers.*.crossAttn.kProj.weight": "model.decoder.layers.*.encoder_attn.k_proj.weight",
  "decoder.layers.*.crossAttn.kProj.bias": "model.decoder.layers.*.encoder_attn.k_proj.bias",
  "decoder.layers.*.crossAttn.vProj.weight": "model.decoder.layers.*.encoder_attn.v_proj.weight",
  "decoder.layers.*.crossAttn.vProj.bias": "model.decoder.layers.*.encoder_attn.v_proj.bias",
  "decoder.layers.*.crossAttn.outProj.weight": "model.decoder.layers.*.encoder_attn.out_proj.weight",
  "decoder.layers.*.crossAttn.outProj.bias": "model.decoder.layers.*.encoder_attn.out_proj.bias",
  "decoder.layers.*.crossAttnNorm.weight": "model.decoder.layers.*.encoder_attn_layer_norm.weight",
  "decoder.layers.*.crossAttnNorm.bias": "model.decoder.layers.*.encoder_attn_layer_norm.bias",
  "decoder.layers.*.ffn.fc1.weight": "model.decoder.layers.*.fc1.weight",
  "decoder.layers.*.ffn.fc1.bias": "model.decoder.layers.*.fc1.bias",
  "decoder.layers.*.ffn.fc2.weight": "model.decoder.layers.*.fc2.weight",
  "decoder.layers.*.ffn.fc2.bias": "model.decoder.layers.*.fc2.bias",
  "decoder.layers.*.ffnNorm.weight": "model.decoder.layers.*.final_layer_norm.weight",
  "decoder.layers.*.ffnNorm.bias": "model.decoder.layers.*.final_layer_norm.bias",
};

const POSITIONS: IgnoredArray<MarianConfig> = {
  as: "the sinusoidal positions that the model computes",
  isRight: (array, { dModel, maxPositions }) => {
    const [length = 0, ...width] = array.shape;
    const isTable = `${width}` === `${dModel}` && length >= maxPositions;
    return isTable && array.equals(sinusoidalPositions(length, dModel, { layout: "halves" }));
  },
};

const SHARED = "model.shared.weight";
const ENCODER = "model.encoder.embed_tokens.weight";
const DECODER = "model.decoder.embed_tokens.weight";
const HEAD = "lm_head.weight";

/** One table for both vocabularies if they share it, and an output layer of its own if it is not the decoder's table. */
const TIE: TieRule<MarianConfig> = {
  pairs: ({ shareEncoderDecoderEmbeddings: shares, tieWordEmbeddings: ties }) => {
    if (!shares) return ties ? [[HEAD, DECODER]] : [];
    const both = [
      [DECODER, SHARED],
      [ENCODER, SHARED],
    ] as const;
    return ties ? [[HEAD, SHARED], ...both] : both;
  },
  resolve: (config, areTied) => ({
    ...config,
    shareEncoderDecoderEmbeddings: config.shareEncoderDecoderEmbeddings && areTied(ENCODER, DECODER),
    tieWordEmbeddings: config.tieWordEmbeddings && areTied(HEAD, DECODER),
  }),
  reads: ({ shareEncoderDecoderEmbeddings: shares, tieWordEmbeddings: ties }) => [
    ...(shares ? [SHARED] : [ENCODER, DECODER]),
    ...(ties ? [] : [HEAD]),
  ],
};

/** The weights of `MarianMTModel`. */
export const MARIAN_WEIGHTS: WeightRules<MarianConfig> = {
  rename: NAMES,
  tie: TIE,
  ignore: { "model.encoder.embed_positions.weight": POSITIONS, "model.decoder.embed_positions.weight": POSITIONS },
  optional: ["finalLogitsBias"], // zeros
  prefix: "model",
};
