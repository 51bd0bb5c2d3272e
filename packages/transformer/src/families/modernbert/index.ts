import { encoderFamily, type EncoderModel } from "../../family/encoderFamily.ts";
import type { Family } from "../../family/family.ts";
import { BERT_TOKENIZER } from "../bert/index.ts";
import { modernBertSpec } from "./block.ts";
import { formatModernBertConfig, type ModernBertConfig, parseModernBertConfig } from "./config.ts";
import { MODERNBERT_WEIGHTS } from "./weights.ts";

/** ModernBERT. */
export const modernbert: Family<"modernbert", ModernBertConfig, EncoderModel<ModernBertConfig>> = encoderFamily({
  modelTypes: ["modernbert"],
  parseConfig: parseModernBertConfig,
  formatConfig: formatModernBertConfig,
  tokenizerFields: { ...BERT_TOKENIZER, model_input_names: ["input_ids", "attention_mask"] },
  classPrefix: () => "ModernBert",
  spec: modernBertSpec,
  names: MODERNBERT_WEIGHTS,
});
