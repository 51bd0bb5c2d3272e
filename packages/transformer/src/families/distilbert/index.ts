import { encoderFamily, type EncoderModel } from "../../family/encoderFamily.ts";
import type { Family } from "../../family/family.ts";
import { BERT_TOKENIZER } from "../bert/index.ts";
import { distilBertSpec } from "./block.ts";
import { type DistilBertConfig, formatDistilBertConfig, parseDistilBertConfig } from "./config.ts";
import { DISTILBERT_WEIGHTS } from "./weights.ts";

/** DistilBERT. */
export const distilbert: Family<"distilbert", DistilBertConfig, EncoderModel<DistilBertConfig>> = encoderFamily({
  modelTypes: ["distilbert"],
  parseConfig: parseDistilBertConfig,
  formatConfig: formatDistilBertConfig,
  tokenizerFields: { ...BERT_TOKENIZER, model_input_names: ["input_ids", "attention_mask"] },
  classPrefix: () => "DistilBert",
  spec: distilBertSpec,
  names: DISTILBERT_WEIGHTS,
});
