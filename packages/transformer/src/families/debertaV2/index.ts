import { encoderFamily, type EncoderModel } from "../../family/encoderFamily.ts";
import type { Family } from "../../family/family.ts";
import { BERT_TOKENIZER } from "../bert/index.ts";
import { debertaV2Spec } from "./block.ts";
import { type DebertaV2Config, formatDebertaV2Config, parseDebertaV2Config } from "./config.ts";
import { DEBERTA_V2_WEIGHTS } from "./weights.ts";

/** DeBERTa v2 and v3. */
export const debertaV2: Family<"deberta-v2", DebertaV2Config, EncoderModel<DebertaV2Config>> = encoderFamily({
  modelTypes: ["deberta-v2"],
  parseConfig: parseDebertaV2Config,
  formatConfig: formatDebertaV2Config,
  tokenizerFields: { ...BERT_TOKENIZER, bos_token: "[CLS]", eos_token: "[SEP]" },
  classPrefix: () => "DebertaV2",
  spec: debertaV2Spec,
  names: DEBERTA_V2_WEIGHTS,
});
