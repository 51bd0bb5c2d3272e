import type { NameMap } from "@qkv/nn";
import { type EncoderNames, tieDecoder } from "../../family/encoderWeights.ts";
import type { BertConfig } from "./config.ts";

/** The names of BERT's layers, which those that came after it kept. */
export const BERT_LAYERS: NameMap = {
  "encoder.layers.*.selfAttn.qProj.weight": "encoder.layer.*.attention.self.query.weight",
  "encoder.layers.*.selfAttn.qProj.bias": "encoder.layer.*.attention.self.query.bias",
  "encoder.layers.*.selfAttn.kProj.weight": "encoder.layer.*.attention.self.key.weight",
  "encoder.layers.*.selfAttn.kProj.bias": "encoder.layer.*.attention.self.key.bias",
  "encoder.layers.*.selfAttn.vProj.weight": "encoder.layer.*.attention.self.value.weight",
  "encoder.layers.*.selfAttn.vProj.bias": "encoder.layer.*.attention.self.value.bias",
  "encoder.layers.*.selfAttn.outProj.weight": "encoder.layer.*.attention.output.dense.weight",
  "encoder.layers.*.selfAttn.outProj.bias": "encoder.layer.*.attention.output.dense.bias",
  "encoder.layers.*.selfAttnNorm.weight": "encoder.layer.*.attention.output.LayerNorm.weight",
  "encoder.layers.*.selfAttnNorm.bias": "encoder.layer.*.attention.output.LayerNorm.bias",
  "encoder.layers.*.ffn.fc1.weight": "encoder.layer.*.intermediate.dense.weight",
  "encoder.layers.*.ffn.fc1.bias": "encoder.layer.*.intermediate.dense.bias",
  "encoder.layers.*.ffn.fc2.weight": "encoder.layer.*.output.dense.weight",
  "encoder.layers.*.ffn.fc2.bias": "encoder.layer.*.output.dense.bias",
  "encoder.layers.*.ffnNorm.weight": "encoder.layer.*.output.LayerNorm.weight",
  "encoder.layers.*.ffnNorm.bias": "encoder.layer.*.output.LayerNorm.bias",
};

/** The names of BERT's embeddings. */
export const BERT_EMBEDDINGS: NameMap = {
  "encoder.embeddings.tokens.weight": "embeddings.word_embeddings.weight",
  "encoder.embeddings.positions.weight": "embeddings.position_embeddings.weight",
  "encoder.embeddings.tokenTypes.weight": "embeddings.token_type_embeddings.weight",
  "encoder.embeddings.norm.weight": "embeddings.LayerNorm.weight",
  "encoder.embeddings.norm.bias": "embeddings.LayerNorm.bias",
};

/** The names of BERT's pooler. */
export const BERT_POOLER: NameMap = {
  "pooler.transform.dense.weight": "pooler.dense.weight",
  "pooler.transform.dense.bias": "pooler.dense.bias",
};

/** The names of BERT's output layer. */
export const BERT_MASKED_LM: NameMap = {
  "transform.dense.weight": "cls.predictions.transform.dense.weight",
  "transform.dense.bias": "cls.predictions.transform.dense.bias",
  "transform.norm.weight": "cls.predictions.transform.LayerNorm.weight",
  "transform.norm.bias": "cls.predictions.transform.LayerNorm.bias",
  "decoder.weight": "cls.predictions.decoder.weight",
  "decoder.bias": "cls.predictions.decoder.bias",
  decoderBias: "cls.predictions.bias",
};

/** The names of a linear classifier of tokens. */
export const TOKEN_CLASSIFIER: NameMap = {
  "classifier.output.weight": "classifier.weight",
  "classifier.output.bias": "classifier.bias",
};

/** The names of the map to the ends of answers. */
export const ANSWER_SPANS: NameMap = {
  "spans.output.weight": "qa_outputs.weight",
  "spans.output.bias": "qa_outputs.bias",
};

/** The names of BERT's arrays. */
export const BERT_WEIGHTS: EncoderNames<BertConfig> = {
  prefix: "bert",
  encoder: { ...BERT_EMBEDDINGS, ...BERT_LAYERS },
  pooler: BERT_POOLER,
  heads: {
    maskedLM: BERT_MASKED_LM,
    sequenceClassification: {
      "pooler.transform.dense.weight": "bert.pooler.dense.weight",
      "pooler.transform.dense.bias": "bert.pooler.dense.bias",
      "classifier.weight": "classifier.weight",
      "classifier.bias": "classifier.bias",
    },
    tokenClassification: TOKEN_CLASSIFIER,
    questionAnswering: ANSWER_SPANS,
  },
  tie: tieDecoder({
    weight: "cls.predictions.decoder.weight",
    embedding: "bert.embeddings.word_embeddings.weight",
    biases: ["cls.predictions.decoder.bias", "cls.predictions.bias"],
  }),
  otherHeads: {
    "cls.seq_relationship.weight": { as: "a next-sentence head" },
    "cls.seq_relationship.bias": { as: "a next-sentence head" },
  },
};
