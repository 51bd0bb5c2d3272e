import type { NameMap } from "@qkv/nn";
import { type EncoderNames, tieDecoder } from "../../family/encoderWeights.ts";
import { ANSWER_SPANS, BERT_EMBEDDINGS, BERT_LAYERS, BERT_POOLER, TOKEN_CLASSIFIER } from "../bert/weights.ts";
import type { RobertaConfig } from "./config.ts";

/** The names of RoBERTa's output layer. */
export const LM_HEAD: NameMap = {
  "transform.dense.weight": "lm_head.dense.weight",
  "transform.dense.bias": "lm_head.dense.bias",
  "transform.norm.weight": "lm_head.layer_norm.weight",
  "transform.norm.bias": "lm_head.layer_norm.bias",
  "decoder.weight": "lm_head.decoder.weight",
  "decoder.bias": "lm_head.decoder.bias",
  decoderBias: "lm_head.bias",
};

/** The names of RoBERTa's classifier, which has a pooler of its own. */
export const CLASSIFIER_WITH_POOLER: NameMap = {
  "pooler.transform.dense.weight": "classifier.dense.weight",
  "pooler.transform.dense.bias": "classifier.dense.bias",
  "classifier.weight": "classifier.out_proj.weight",
  "classifier.bias": "classifier.out_proj.bias",
};

/** The names of RoBERTa's arrays, the same for every type. */
export const ROBERTA_WEIGHTS: EncoderNames<RobertaConfig> = {
  prefix: "roberta",
  encoder: { ...BERT_EMBEDDINGS, ...BERT_LAYERS },
  pooler: BERT_POOLER,
  heads: {
    maskedLM: LM_HEAD,
    sequenceClassification: CLASSIFIER_WITH_POOLER,
    tokenClassification: TOKEN_CLASSIFIER,
    questionAnswering: ANSWER_SPANS,
  },
  tie: tieDecoder({
    weight: "lm_head.decoder.weight",
    embedding: "roberta.embeddings.word_embeddings.weight",
    biases: ["lm_head.decoder.bias", "lm_head.bias"],
  }),
};
