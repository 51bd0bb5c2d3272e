import { type EncoderNames, tieDecoder } from "../../family/encoderWeights.ts";
import { ANSWER_SPANS, BERT_POOLER, TOKEN_CLASSIFIER } from "../bert/weights.ts";
import { CLASSIFIER_WITH_POOLER, LM_HEAD } from "../roberta/weights.ts";
import type { MpnetConfig } from "./config.ts";

/** The names of MPNet's arrays. */
export const MPNET_WEIGHTS: EncoderNames<MpnetConfig> = {
  prefix: "mpnet",
  encoder: {
    "encoder.embeddings.tokens.weight": "embeddings.word_embeddings.weight",
    "encoder.embeddings.positions.weight": "embeddings.position_embeddings.weight",
    "encoder.embeddings.norm.weight": "embeddings.LayerNorm.weight",
    "encoder.embeddings.norm.bias": "embeddings.LayerNorm.bias",
    "encoder.positionBias.weight": "encoder.relative_attention_bias.weight",

    "encoder.layers.*.selfAttn.qProj.weight": "encoder.layer.*.attention.attn.q.weight",
    "encoder.layers.*.selfAttn.qProj.bias": "encoder.layer.*.attention.attn.q.bias",
    "encoder.layers.*.selfAttn.kProj.weight": "encoder.layer.*.attention.attn.k.weight",
    "encoder.layers.*.selfAttn.kProj.bias": "encoder.layer.*.attention.attn.k.bias",
    "encoder.layers.*.selfAttn.vProj.weight": "encoder.layer.*.attention.attn.v.weight",
    "encoder.layers.*.selfAttn.vProj.bias": "encoder.layer.*.attention.attn.v.bias",
    "encoder.layers.*.selfAttn.outProj.weight": "encoder.layer.*.attention.attn.o.weight",
    "encoder.layers.*.selfAttn.outProj.bias": "encoder.layer.*.attention.attn.o.bias",
    "encoder.layers.*.selfAttnNorm.weight": "encoder.layer.*.attention.LayerNorm.weight",
    "encoder.layers.*.selfAttnNorm.bias": "encoder.layer.*.attention.LayerNorm.bias",
    "encoder.layers.*.ffn.fc1.weight": "encoder.layer.*.intermediate.dense.weight",
    "encoder.layers.*.ffn.fc1.bias": "encoder.layer.*.intermediate.dense.bias",
    "encoder.layers.*.ffn.fc2.weight": "encoder.layer.*.output.dense.weight",
    "encoder.layers.*.ffn.fc2.bias": "encoder.layer.*.output.dense.bias",
    "encoder.layers.*.ffnNorm.weight": "encoder.layer.*.output.LayerNorm.weight",
    "encoder.layers.*.ffnNorm.bias": "encoder.layer.*.output.LayerNorm.bias",
  },
  pooler: BERT_POOLER,
  heads: {
    maskedLM: LM_HEAD,
    sequenceClassification: CLASSIFIER_WITH_POOLER,
    tokenClassification: TOKEN_CLASSIFIER,
    questionAnswering: ANSWER_SPANS,
  },
  tie: tieDecoder({
    weight: "lm_head.decoder.weight",
    embedding: "mpnet.embeddings.word_embeddings.weight",
    biases: ["lm_head.decoder.bias", "lm_head.bias"],
  }),
};
