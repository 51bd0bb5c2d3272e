import type { IgnoredArray, IgnoredArrays, NameMap, TieRule, WeightRules } from "@qkv/nn";
import type { EncoderDecoderConfig } from "./encoderDecoderConfig.ts";

/** The arrays of the layers, in files that have BART's names. */
export const ENCODER_DECODER_LAYERS: NameMap = {
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

/** The norms after the last layer of each side. */
export const ENCODER_DECODER_LAST_NORMS: NameMap = {
  "encoder.norm.weight": "model.encoder.layer_norm.weight",
  "encoder.norm.bias": "model.encoder.layer_norm.bias",
  "decoder.norm.weight": "model.decoder.layer_norm.weight",
  "decoder.norm.bias": "model.decoder.layer_norm.bias",
};

/** The tables of tokens, one for both sides or one for each, and the output layer. */
export const ENCODER_DECODER_TABLES: NameMap = {
  "shared.weight": "model.shared.weight",
  "encoder.embedding.weight": "model.encoder.embed_tokens.weight",
  "decoder.embedding.weight": "model.decoder.embed_tokens.weight",
  "lmHead.weight": "lm_head.weight",
};

const COUNTED: IgnoredArray<EncoderDecoderConfig> = { as: "sinusoidal positions, which the model computes" };

/** The tables of positions that older releases store of a model that counts them. */
export const COUNTED_TABLES = {
  "model.encoder.embed_positions.weights": COUNTED,
  "model.decoder.embed_positions.weights": COUNTED,
};

const SHARED = "model.shared.weight";
const ENCODER = "model.encoder.embed_tokens.weight";
const DECODER = "model.decoder.embed_tokens.weight";
const HEAD = "lm_head.weight";

/** One table for both sides and the output layer, or each has its own: fairseq's families have one field for all. */
function tieAll<Config extends EncoderDecoderConfig>(hasHead: boolean): TieRule<Config> {
  const sides = [
    [DECODER, SHARED],
    [ENCODER, SHARED],
  ] as const;
  return {
    pairs: ({ tieWordEmbeddings }) => (tieWordEmbeddings && hasHead ? [[HEAD, SHARED], ...sides] : sides),
    resolve: (config, areTied) => {
      const names = hasHead ? [HEAD, DECODER, ENCODER] : [DECODER, ENCODER];
      const areAll = config.tieWordEmbeddings && names.every((name) => areTied(name, SHARED));
      return { ...config, shareEncoderDecoderEmbeddings: areAll, tieWordEmbeddings: areAll };
    },
    reads: ({ tieWordEmbeddings }) => (tieWordEmbeddings ? [SHARED] : [ENCODER, DECODER, ...(hasHead ? [HEAD] : [])]),
  };
}

/** What the files of a family's classes have beside the layers and the tables of tokens. */
export interface EncoderDecoderNames<Config extends EncoderDecoderConfig> {
  /** Of both sides. */
  readonly body: NameMap;
  /** What files may lack, of those that write: a bias of the logits, zeros then. */
  readonly optional?: NameMap;
  readonly ignore?: IgnoredArrays<Config>;
}

/** The weights of the `ForConditionalGeneration` of a family whose files have BART's names. */
export function conditionalWeights<Config extends EncoderDecoderConfig>({
  body,
  optional = {},
  ignore,
}: EncoderDecoderNames<Config>): WeightRules<Config> {
  return {
    rename: { ...ENCODER_DECODER_TABLES, ...optional, ...ENCODER_DECODER_LAYERS, ...body },
    tie: tieAll(true),
    ...(ignore && { ignore }),
    optional: Object.keys(optional),
    prefix: "model",
  };
}

/** Those of the `ForSequenceClassification` of one. */
export function classifierWeights<Config extends EncoderDecoderConfig>({
  body,
  ignore,
}: EncoderDecoderNames<Config>): WeightRules<Config> {
  const { "lmHead.weight": _, ...tables } = ENCODER_DECODER_TABLES;
  return {
    rename: {
      ...tables,
      ...ENCODER_DECODER_LAYERS,
      ...body,
      "dense.weight": "classification_head.dense.weight",
      "dense.bias": "classification_head.dense.bias",
      "classifier.weight": "classification_head.out_proj.weight",
      "classifier.bias": "classification_head.out_proj.bias",
    },
    tie: tieAll(false),
    ...(ignore && { ignore }),
    prefix: "model",
  };
}

/** The bias of the logits. */
export const LOGITS_BIAS: NameMap = { finalLogitsBias: "final_logits_bias" };
