import { encoderFamily, type EncoderModel } from "../../family/encoderFamily.ts";
import type { Family } from "../../family/family.ts";
import { BERT_TOKENIZER } from "../bert/index.ts";
import { electraSpec } from "./block.ts";
import { type ElectraConfig, formatElectraConfig, parseElectraConfig } from "./config.ts";
import { ELECTRA_WEIGHTS } from "./weights.ts";

/** ELECTRA: generators and discriminators. */
export const electra: Family<"electra", ElectraConfig, EncoderModel<ElectraConfig>> = encoderFamily({
  modelTypes: ["electra"],
  parseConfig: parseElectraConfig,
  formatConfig: formatElectraConfig,
  tokenizerFields: BERT_TOKENIZER,
  classPrefix: () => "Electra",
  spec: electraSpec,
  names: ELECTRA_WEIGHTS,
});
