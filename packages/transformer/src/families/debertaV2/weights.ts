import { type EncoderNames, tieDecoder } from "../../family/encoderWeights.ts";
import { ANSWER_SPANS, BERT_EMBEDDINGS, BERT_LAYERS, BERT_MASKED_LM, TOKEN_CLASSIFIER } from "../bert/weights.ts";
import type { DebertaV2Config } from "./config.ts";

const ATTENTION = "encoder.layer.*.attention.self";

/** The names of DeBERTa's arrays. */
export const DEBERTA_V2_WEIGHTS: EncoderNames<DebertaV2Config> = {
  prefix: "deberta",
  encoder: {
    ...BERT_EMBEDDINGS,
    "encoder.relative.positions.weight": "encoder.rel_embeddings.weight",
    "encoder.relative.norm.weight": "encoder.LayerNorm.weight",
    "encoder.relative.norm.bias": "encoder.LayerNorm.bias",
    ...BERT_LAYERS,
    "encoder.layers.*.selfAttn.qProj.weight": `${ATTENTION}.query_proj.weight`,
    "encoder.layers.*.selfAttn.qProj.bias": `${ATTENTION}.query_proj.bias`,
    "encoder.layers.*.selfAttn.kProj.weight": `${ATTENTION}.key_proj.weight`,
    "encoder.layers.*.selfAttn.kProj.bias": `${ATTENTION}.key_proj.bias`,
    "encoder.layers.*.selfAttn.vProj.weight": `${ATTENTION}.value_proj.weight`,
    "encoder.layers.*.selfAttn.vProj.bias": `${ATTENTION}.value_proj.bias`,
    "encoder.layers.*.selfAttn.score.keyProj.weight": `${ATTENTION}.pos_key_proj.weight`,
    "encoder.layers.*.selfAttn.score.keyProj.bias": `${ATTENTION}.pos_key_proj.bias`,
    "encoder.layers.*.selfAttn.score.queryProj.weight": `${ATTENTION}.pos_query_proj.weight`,
    "encoder.layers.*.selfAttn.score.queryProj.bias": `${ATTENTION}.pos_query_proj.bias`,
  },
  heads: {
    maskedLM: BERT_MASKED_LM,
    sequenceClassification: {
      "pooler.transform.dense.weight": "pooler.dense.weight",
      "pooler.transform.dense.bias": "pooler.dense.bias",
      "classifier.weight": "classifier.weight",
      "classifier.bias": "classifier.bias",
    },
    tokenClassification: TOKEN_CLASSIFIER,
    questionAnswering: ANSWER_SPANS,
  },
  tie: tieDecoder({
    weight: "cls.predictions.decoder.weight",
    embedding: "deberta.embeddings.word_embeddings.weight",
    biases: ["cls.predictions.decoder.bias", "cls.predictions.bias"],
  }),
  otherHeads: {
    "lm_predictions.**": { as: "a masked language model's head of another form" },
    "mask_predictions.**": { as: "a discriminator's head" },
  },
};
