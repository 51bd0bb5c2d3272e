import { encoderFamily, type EncoderModel } from "../../family/encoderFamily.ts";
import type { Family } from "../../family/family.ts";
import { type BertConfig, formatBertConfig, parseBertConfig } from "./config.ts";
import { BERT_WEIGHTS } from "./weights.ts";
import { bertSpec } from "./block.ts";

/** What BERT's tokenizer has, and those of encoders after it. */
export const BERT_TOKENIZER = {
  cls_token: "[CLS]",
  sep_token: "[SEP]",
  mask_token: "[MASK]",
  pad_token: "[PAD]",
  model_input_names: ["input_ids", "token_type_ids", "attention_mask"],
} as const;

/** BERT. */
export const bert: Family<"bert", BertConfig, EncoderModel<BertConfig>> = encoderFamily({
  modelTypes: ["bert"],
  parseConfig: parseBertConfig,
  formatConfig: formatBertConfig,
  tokenizerFields: BERT_TOKENIZER,
  classPrefix: () => "Bert",
  spec: bertSpec,
  names: BERT_WEIGHTS,
});
