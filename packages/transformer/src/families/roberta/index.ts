import { encoderFamily, type EncoderModel } from "../../family/encoderFamily.ts";
import type { Family } from "../../family/family.ts";
import { robertaSpec } from "./block.ts";
import {
  formatRobertaConfig,
  parseRobertaConfig,
  ROBERTA_TYPES,
  type RobertaConfig,
  type RobertaType,
} from "./config.ts";
import { ROBERTA_WEIGHTS } from "./weights.ts";

/** What RoBERTa's tokenizer has, and those of encoders after it. */
export const ROBERTA_TOKENIZER = {
  bos_token: "<s>",
  eos_token: "</s>",
  cls_token: "<s>",
  sep_token: "</s>",
  mask_token: "<mask>",
  pad_token: "<pad>",
  model_input_names: ["input_ids", "attention_mask"],
} as const;

const CLASS_PREFIXES: Readonly<Record<RobertaType, string>> = {
  roberta: "Roberta",
  "xlm-roberta": "XLMRoberta",
  camembert: "Camembert",
};

/** RoBERTa, XLM-RoBERTa and CamemBERT. */
export const roberta: Family<RobertaType, RobertaConfig, EncoderModel<RobertaConfig>> = encoderFamily({
  modelTypes: ROBERTA_TYPES,
  parseConfig: parseRobertaConfig,
  formatConfig: formatRobertaConfig,
  tokenizerFields: ROBERTA_TOKENIZER,
  classPrefix: (modelType) => CLASS_PREFIXES[modelType],
  spec: robertaSpec,
  names: ROBERTA_WEIGHTS,
});
