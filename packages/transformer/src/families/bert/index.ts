import type { Params, WeightRules } from "@qkv/nn";
import type { Architecture, Family, ModelTask } from "../../family/family.ts";
import { type BertConfig, formatBertConfig, parseBertConfig } from "./config.ts";
import { BertForMaskedLM } from "./maskedLM.ts";
import { BertModel } from "./model.ts";
import { BertForQuestionAnswering } from "./questionAnswering.ts";
import { BertForSequenceClassification } from "./sequenceClassification.ts";
import { BertForTokenClassification } from "./tokenClassification.ts";
import * as weights from "./weights.ts";

/** A BERT of any class. */
export type BertModels =
  BertModel | BertForMaskedLM | BertForSequenceClassification | BertForTokenClassification | BertForQuestionAnswering;

const ENCODER: Architecture<BertConfig, BertModels> = {
  className: "BertModel",
  task: "textEncoder",
  weights: weights.BERT_WEIGHTS,
  build: (params, config, stored) =>
    new BertModel(params, config, { pooler: stored?.has("pooler.dense.weight") ?? true }),
  isOf: (model) => model instanceof BertModel,
};

/** BERT. */
export const bert: Family<"bert", BertConfig, BertModels> = {
  modelTypes: ["bert"],
  parseConfig: parseBertConfig,
  formatConfig: formatBertConfig,
  tokenizerFields: {
    ...{ cls_token: "[CLS]", sep_token: "[SEP]", mask_token: "[MASK]", pad_token: "[PAD]" },
    model_input_names: ["input_ids", "token_type_ids", "attention_mask"],
  },
  architectures: () => [
    ENCODER,
    withHead("BertForMaskedLM", "maskedLM", BertForMaskedLM, weights.MASKED_LM_WEIGHTS),
    withHead(
      "BertForSequenceClassification",
      "sequenceClassification",
      BertForSequenceClassification,
      weights.SEQUENCE_CLASSIFICATION_WEIGHTS,
    ),
    withHead(
      "BertForTokenClassification",
      "tokenClassification",
      BertForTokenClassification,
      weights.TOKEN_CLASSIFICATION_WEIGHTS,
    ),
    withHead(
      "BertForQuestionAnswering",
      "questionAnswering",
      BertForQuestionAnswering,
      weights.QUESTION_ANSWERING_WEIGHTS,
    ),
  ],
  build: (params, config) => new BertModel(params, config),
};

function withHead(
  className: string,
  task: ModelTask,
  Class: new (params: Params, config: BertConfig) => BertModels,
  rules: WeightRules<BertConfig>,
): Architecture<BertConfig, BertModels> {
  return {
    className,
    task,
    weights: rules,
    build: (params, config) => new Class(params, config),
    isOf: (model) => model instanceof Class,
  };
}
