import { type EncoderNames, tieDecoder } from "../../family/encoderWeights.ts";
import { ANSWER_SPANS, BERT_EMBEDDINGS, TOKEN_CLASSIFIER } from "../bert/weights.ts";
import type { AlbertConfig } from "./config.ts";

const LAYER = "encoder.albert_layer_groups.*.albert_layers.*";

/** The names of ALBERT's arrays. */
export const ALBERT_WEIGHTS: EncoderNames<AlbertConfig> = {
  prefix: "albert",
  encoder: {
    ...BERT_EMBEDDINGS,
    "encoder.embeddings.projection.weight": "encoder.embedding_hidden_mapping_in.weight",
    "encoder.embeddings.projection.bias": "encoder.embedding_hidden_mapping_in.bias",

    "encoder.groups.*.layers.*.selfAttn.qProj.weight": `${LAYER}.attention.query.weight`,
    "encoder.groups.*.layers.*.selfAttn.qProj.bias": `${LAYER}.attention.query.bias`,
    "encoder.groups.*.layers.*.selfAttn.kProj.weight": `${LAYER}.attention.key.weight`,
    "encoder.groups.*.layers.*.selfAttn.kProj.bias": `${LAYER}.attention.key.bias`,
    "encoder.groups.*.layers.*.selfAttn.vProj.weight": `${LAYER}.attention.value.weight`,
    "encoder.groups.*.layers.*.selfAttn.vProj.bias": `${LAYER}.attention.value.bias`,
    "encoder.groups.*.layers.*.selfAttn.outProj.weight": `${LAYER}.attention.dense.weight`,
    "encoder.groups.*.layers.*.selfAttn.outProj.bias": `${LAYER}.attention.dense.bias`,
    "encoder.groups.*.layers.*.selfAttnNorm.weight": `${LAYER}.attention.LayerNorm.weight`,
    "encoder.groups.*.layers.*.selfAttnNorm.bias": `${LAYER}.attention.LayerNorm.bias`,
    "encoder.groups.*.layers.*.ffn.fc1.weight": `${LAYER}.ffn.weight`,
    "encoder.groups.*.layers.*.ffn.fc1.bias": `${LAYER}.ffn.bias`,
    "encoder.groups.*.layers.*.ffn.fc2.weight": `${LAYER}.ffn_output.weight`,
    "encoder.groups.*.layers.*.ffn.fc2.bias": `${LAYER}.ffn_output.bias`,
    "encoder.groups.*.layers.*.ffnNorm.weight": `${LAYER}.full_layer_layer_norm.weight`,
    "encoder.groups.*.layers.*.ffnNorm.bias": `${LAYER}.full_layer_layer_norm.bias`,
  },
  pooler: {
    "pooler.transform.dense.weight": "pooler.weight",
    "pooler.transform.dense.bias": "pooler.bias",
  },
  heads: {
    maskedLM: {
      "transform.dense.weight": "predictions.dense.weight",
      "transform.dense.bias": "predictions.dense.bias",
      "transform.norm.weight": "predictions.LayerNorm.weight",
      "transform.norm.bias": "predictions.LayerNorm.bias",
      "decoder.weight": "predictions.decoder.weight",
      "decoder.bias": "predictions.decoder.bias",
      decoderBias: "predictions.bias",
    },
    sequenceClassification: {
      "pooler.transform.dense.weight": "albert.pooler.weight",
      "pooler.transform.dense.bias": "albert.pooler.bias",
      "classifier.weight": "classifier.weight",
      "classifier.bias": "classifier.bias",
    },
    tokenClassification: TOKEN_CLASSIFIER,
    questionAnswering: ANSWER_SPANS,
  },
  tie: tieDecoder({
    weight: "predictions.decoder.weight",
    embedding: "albert.embeddings.word_embeddings.weight",
    biases: ["predictions.decoder.bias", "predictions.bias"],
  }),
  otherHeads: { "sop_classifier.**": { as: "a head for the order of sentences" } },
};
