import { type EncoderNames, tieDecoder } from "../../family/encoderWeights.ts";
import { ANSWER_SPANS, TOKEN_CLASSIFIER } from "../bert/weights.ts";
import type { DistilBertConfig } from "./config.ts";

/** The names of DistilBERT's arrays. */
export const DISTILBERT_WEIGHTS: EncoderNames<DistilBertConfig> = {
  prefix: "distilbert",
  encoder: {
    "encoder.embeddings.tokens.weight": "embeddings.word_embeddings.weight",
    "encoder.embeddings.positions.weight": "embeddings.position_embeddings.weight",
    "encoder.embeddings.norm.weight": "embeddings.LayerNorm.weight",
    "encoder.embeddings.norm.bias": "embeddings.LayerNorm.bias",

    "encoder.layers.*.selfAttn.qProj.weight": "transformer.layer.*.attention.q_lin.weight",
    "encoder.layers.*.selfAttn.qProj.bias": "transformer.layer.*.attention.q_lin.bias",
    "encoder.layers.*.selfAttn.kProj.weight": "transformer.layer.*.attention.k_lin.weight",
    "encoder.layers.*.selfAttn.kProj.bias": "transformer.layer.*.attention.k_lin.bias",
    "encoder.layers.*.selfAttn.vProj.weight": "transformer.layer.*.attention.v_lin.weight",
    "encoder.layers.*.selfAttn.vProj.bias": "transformer.layer.*.attention.v_lin.bias",
    "encoder.layers.*.selfAttn.outProj.weight": "transformer.layer.*.attention.out_lin.weight",
    "encoder.layers.*.selfAttn.outProj.bias": "transformer.layer.*.attention.out_lin.bias",
    "encoder.layers.*.selfAttnNorm.weight": "transformer.layer.*.sa_layer_norm.weight",
    "encoder.layers.*.selfAttnNorm.bias": "transformer.layer.*.sa_layer_norm.bias",
    "encoder.layers.*.ffn.fc1.weight": "transformer.layer.*.ffn.lin1.weight",
    "encoder.layers.*.ffn.fc1.bias": "transformer.layer.*.ffn.lin1.bias",
    "encoder.layers.*.ffn.fc2.weight": "transformer.layer.*.ffn.lin2.weight",
    "encoder.layers.*.ffn.fc2.bias": "transformer.layer.*.ffn.lin2.bias",
    "encoder.layers.*.ffnNorm.weight": "transformer.layer.*.output_layer_norm.weight",
    "encoder.layers.*.ffnNorm.bias": "transformer.layer.*.output_layer_norm.bias",
  },
  heads: {
    maskedLM: {
      "transform.dense.weight": "vocab_transform.weight",
      "transform.dense.bias": "vocab_transform.bias",
      "transform.norm.weight": "vocab_layer_norm.weight",
      "transform.norm.bias": "vocab_layer_norm.bias",
      "decoder.weight": "vocab_projector.weight",
      "decoder.bias": "vocab_projector.bias",
      decoderBias: "vocab_projector.bias",
    },
    sequenceClassification: {
      "pooler.transform.dense.weight": "pre_classifier.weight",
      "pooler.transform.dense.bias": "pre_classifier.bias",
      "classifier.weight": "classifier.weight",
      "classifier.bias": "classifier.bias",
    },
    tokenClassification: TOKEN_CLASSIFIER,
    questionAnswering: ANSWER_SPANS,
  },
  tie: tieDecoder({
    weight: "vocab_projector.weight",
    embedding: "distilbert.embeddings.word_embeddings.weight",
  }),
};
