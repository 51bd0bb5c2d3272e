import { seq2seqGenerationFields } from "../../config/seq2seqTokens.ts";
import type { Architecture, Family } from "../../family/family.ts";
import { conditionalClasses } from "../../family/conditionalClasses.ts";
import { Seq2SeqClassificationModel } from "../../models/seq2seq/classificationModel.ts";
import type { Seq2SeqLanguageModel } from "../../models/seq2seq/model.ts";
import { ROBERTA_TOKENIZER } from "../roberta/index.ts";
import { bartSpec } from "./block.ts";
import { BART_TYPES, type BartConfig, type BartType, formatBartConfig, parseBartConfig } from "./config.ts";
import { BART_CLASSIFIER_WEIGHTS, BART_WEIGHTS } from "./weights.ts";

/** A BART that writes. */
export type BartModel = Seq2SeqLanguageModel<BartConfig>;

/** A BART that classifies texts. */
export type BartClassifier = Seq2SeqClassificationModel<BartConfig>;

const PREFIXES: Readonly<Record<BartType, string>> = { bart: "Bart", mbart: "MBart" };

const classifier = (prefix: string): Architecture<BartConfig, BartModel | BartClassifier> => ({
  className: `${prefix}ForSequenceClassification`,
  task: "sequenceClassification",
  weights: BART_CLASSIFIER_WEIGHTS,
  build: (params, config) =>
    new Seq2SeqClassificationModel(params, config, bartSpec(config), config.modelType === "mbart"),
  isOf: (model) => model instanceof Seq2SeqClassificationModel,
});

const { classes, build } = conditionalClasses(bartSpec, BART_WEIGHTS);

/** BART, mBART and mBART-50. */
export const bart: Family<BartType, BartConfig, BartModel | BartClassifier> = {
  modelTypes: BART_TYPES,
  parseConfig: parseBartConfig,
  formatConfig: formatBartConfig,
  formatGeneration: seq2seqGenerationFields,
  tokenizerFields: ROBERTA_TOKENIZER,
  architectures: (type) => [...classes(PREFIXES[type]), classifier(PREFIXES[type])],
  build,
};
