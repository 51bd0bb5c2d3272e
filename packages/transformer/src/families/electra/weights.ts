import { type EncoderNames, tieDecoder } from "../../family/encoderWeights.ts";
import { ANSWER_SPANS, BERT_EMBEDDINGS, BERT_LAYERS, TOKEN_CLASSIFIER } from "../bert/weights.ts";
import { CLASSIFIER_WITH_POOLER } from "../roberta/weights.ts";
import type { ElectraConfig } from "./config.ts";

/** The names of ELECTRA's arrays. */
export const ELECTRA_WEIGHTS: EncoderNames<ElectraConfig> = {
  prefix: "electra",
  encoder: {
    ...BERT_EMBEDDINGS,
    "encoder.embeddings.projection.weight": "embeddings_project.weight",
    "encoder.embeddings.projection.bias": "embeddings_project.bias",
    ...BERT_LAYERS,
  },
  heads: {
    maskedLM: {
      "transform.dense.weight": "generator_predictions.dense.weight",
      "transform.dense.bias": "generator_predictions.dense.bias",
      "transform.norm.weight": "generator_predictions.LayerNorm.weight",
      "transform.norm.bias": "generator_predictions.LayerNorm.bias",
      "decoder.weight": "generator_lm_head.weight",
      "decoder.bias": "generator_lm_head.bias",
      decoderBias: "generator_lm_head.bias",
    },
    sequenceClassification: CLASSIFIER_WITH_POOLER,
    tokenClassification: TOKEN_CLASSIFIER,
    questionAnswering: ANSWER_SPANS,
    replacedTokenDetection: {
      "transform.dense.weight": "discriminator_predictions.dense.weight",
      "transform.dense.bias": "discriminator_predictions.dense.bias",
      "detector.weight": "discriminator_predictions.dense_prediction.weight",
      "detector.bias": "discriminator_predictions.dense_prediction.bias",
    },
  },
  tie: tieDecoder({
    weight: "generator_lm_head.weight",
    embedding: "electra.embeddings.word_embeddings.weight",
  }),
};
