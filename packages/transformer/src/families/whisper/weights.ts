import type { NameMap, TieRule, WeightRules } from "@qkv/nn";
import type { WhisperConfig } from "./config.ts";

const NAMES: NameMap = {
  "encoder.conv1.weight": "model.encoder.conv1.weight",
  "encoder.conv1.bias": "model.encoder.conv1.bias",
  "encoder.conv2.weight": "model.encoder.conv2.weight",
  "encoder.conv2.bias": "model.encoder.conv2.bias",
  "encoder.positions": "model.encoder.embed_positions.weight",
  "decoder.embedding.weight": "model.decoder.embed_tokens.weight",
  "decoder.positions.weight": "model.decoder.embed_positions.weight",
  "lmHead.weight": "proj_out.weight",

  "encoder.layers.*.selfAttn.qProj.weight": "model.encoder.layers.*.self_attn.q_proj.weight",
  "encoder.layers.*.selfAttn.qProj.bias": "model.encoder.layers.*.self_attn.q_proj.bias",
  "encoder.layers.*.selfAttn.kProj.weight": "model.encoder.layers.*.self_attn.k_proj.weight",
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
  "encoder.norm.weight": "model.encoder.layer_norm.weight",
  "encoder.norm.bias": "model.encoder.layer_norm.bias",

  "decoder.layers.*.selfAttn.qProj.weight": "model.decoder.layers.*.self_attn.q_proj.weight",
  "decoder.layers.*.selfAttn.qProj.bias": "model.decoder.layers.*.self_attn.q_proj.bias",
  "decoder.layers.*.selfAttn.kProj.weight": "model.decoder.layers.*.self_attn.k_proj.weight",
  "decoder.layers.*.selfAttn.vProj.weight": "model.decoder.layers.*.self_attn.v_proj.weight",
  "decoder.layers.*.selfAttn.vProj.bias": "model.decoder.layers.*.self_attn.v_proj.bias",
  "decoder.layers.*.selfAttn.outProj.weight": "model.decoder.layers.*.self_attn.out_proj.weight",
  "decoder.layers.*.selfAttn.outProj.bias": "model.decoder.layers.*.self_attn.out_proj.bias",
  "decoder.layers.*.selfAttnNorm.weight": "model.decoder.layers.*.self_attn_layer_norm.weight",
  "decoder.layers.*.selfAttnNorm.bias": "model.decoder.layers.*.self_attn_layer_norm.bias",
  "decoder.layers.*.crossAttn.qProj.weight": "model.decoder.layers.*.encoder_attn.q_proj.weight",
  "decoder.layers.*.crossAttn.qProj.bias": "model.decoder.layers.*.encoder_attn.q_proj.bias",
  "decoder.layers.*.crossAttn.kProj.weight": "model.decoder.layers.*.encoder_attn.k_proj.weight",
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
  "decoder.norm.weight": "model.decoder.layer_norm.weight",
  "decoder.norm.bias": "model.decoder.layer_norm.bias",
};

const HEAD = "proj_out.weight";
const EMBEDDING = "model.decoder.embed_tokens.weight";

const TIE: TieRule<WhisperConfig> = {
  pairs: ({ tieWordEmbeddings }) => (tieWordEmbeddings ? [[HEAD, EMBEDDING]] : []),
  resolve: (config, areTied) => ({
    ...config,
    tieWordEmbeddings: config.tieWordEmbeddings && areTied(HEAD, EMBEDDING),
  }),
  reads: ({ tieWordEmbeddings }) => (tieWordEmbeddings ? [EMBEDDING] : [EMBEDDING, HEAD]),
};

/** The weights of `WhisperForConditionalGeneration`. */
export const WHISPER_WEIGHTS: WeightRules<WhisperConfig> = { rename: NAMES, tie: TIE, prefix: "model" };
