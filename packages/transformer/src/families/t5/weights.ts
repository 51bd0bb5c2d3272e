import { CheckpointError, type NameMap, type TieRule, type WeightRules } from "@qkv/nn";
import type { T5Config } from "./config.ts";

const NAMES: NameMap = {
  "shared.weight": "shared.weight",
  "lmHead.weight": "lm_head.weight",

  "encoder.positionBias.weight": "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
  "encoder.layers.*.selfAttn.qProj.weight": "encoder.block.*.layer.0.SelfAttention.q.weight",
  "encoder.layers.*.selfAttn.kProj.weight": "encoder.block.*.layer.0.SelfAttention.k.weight",
  "encoder.layers.*.selfAttn.vProj.weight": "encoder.block.*.layer.0.SelfAttention.v.weight",
  "encoder.layers.*.selfAttn.outProj.weight": "encoder.block.*.layer.0.SelfAttention.o.weight",
  "encoder.layers.*.selfAttnNorm.weight": "encoder.block.*.layer.0.layer_norm.weight",
  "encoder.layers.*.ffn.fc1.weight": "encoder.block.*.layer.1.DenseReluDense.wi.weight",
  "encoder.layers.*.ffn.fc2.weight": "encoder.block.*.layer.1.DenseReluDense.wo.weight",
  "encoder.layers.*.ffn.gateProj.weight": "encoder.block.*.layer.1.DenseReluDense.wi_0.weight",
  "encoder.layers.*.ffn.upProj.weight": "encoder.block.*.layer.1.DenseReluDense.wi_1.weight",
  "encoder.layers.*.ffn.downProj.weight": "encoder.block.*.layer.1.DenseReluDense.wo.weight",
  "encoder.layers.*.ffnNorm.weight": "encoder.block.*.layer.1.layer_norm.weight",
  "encoder.norm.weight": "encoder.final_layer_norm.weight",

  "decoder.positionBias.weight": "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
  "decoder.layers.*.selfAttn.qProj.weight": "decoder.block.*.layer.0.SelfAttention.q.weight",
  "decoder.layers.*.selfAttn.kProj.weight": "decoder.block.*.layer.0.SelfAttention.k.weight",
  "decoder.layers.*.selfAttn.vProj.weight": "decoder.block.*.layer.0.SelfAttention.v.weight",
  "decoder.layers.*.selfAttn.outProj.weight": "decoder.block.*.layer.0.SelfAttention.o.weight",
  "decoder.layers.*.selfAttnNorm.weight": "decoder.block.*.layer.0.layer_norm.weight",
  "decoder.layers.*.crossAttn.qProj.weight": "decoder.block.*.layer.1.EncDecAttention.q.weight",
  "decoder.layers.*.crossAttn.kProj.weight": "decoder.block.*.layer.1.EncDecAttention.k.weight",
  "decoder.layers.*.crossAttn.vProj.weight": "decoder.block.*.layer.1.EncDecAttention.v.weight",
  "decoder.layers.*.crossAttn.outProj.weight": "decoder.block.*.layer.1.EncDecAttention.o.weight",
  "decoder.layers.*.crossAttnNorm.weight": "decoder.block.*.layer.1.layer_norm.weight",
  "decoder.layers.*.ffn.fc1.weight": "decoder.block.*.layer.2.DenseReluDense.wi.weight",
  "decoder.layers.*.ffn.fc2.weight": "decoder.block.*.layer.2.DenseReluDense.wo.weight",
  "decoder.layers.*.ffn.gateProj.weight": "decoder.block.*.layer.2.DenseReluDense.wi_0.weight",
  "decoder.layers.*.ffn.upProj.weight": "decoder.block.*.layer.2.DenseReluDense.wi_1.weight",
  "decoder.layers.*.ffn.downProj.weight": "decoder.block.*.layer.2.DenseReluDense.wo.weight",
  "decoder.layers.*.ffnNorm.weight": "decoder.block.*.layer.2.layer_norm.weight",
  "decoder.norm.weight": "decoder.final_layer_norm.weight",
};

const SHARED = "shared.weight";
const HEAD = "lm_head.weight";
const TABLES = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"] as const;

/** One table for both sides, and an output layer of its own if its numbers differ: `tie_word_embeddings` is not asked. */
const TIE: TieRule<T5Config> = {
  pairs: () => [HEAD, ...TABLES].map((name) => [name, SHARED] as const),
  resolve: (config, areTied) => {
    const other = TABLES.find((name) => !areTied(name, SHARED));
    if (other !== undefined) throw new CheckpointError(`${other}: expected a copy of ${SHARED}, got other numbers`);
    return { ...config, tieWordEmbeddings: areTied(HEAD, SHARED) };
  },
  reads: ({ tieWordEmbeddings }) => (tieWordEmbeddings ? [SHARED] : [SHARED, HEAD]),
};

/** The weights of `T5ForConditionalGeneration` and `MT5ForConditionalGeneration`. */
export const T5_WEIGHTS: WeightRules<T5Config> = {
  rename: NAMES,
  tie: TIE,
  ignore: {
    "decoder.block.*.layer.*.EncDecAttention.relative_attention_bias.weight": {
      as: "a bias of attention to the encoder, which no release adds",
    },
  },
  prefix: "transformer",
};
