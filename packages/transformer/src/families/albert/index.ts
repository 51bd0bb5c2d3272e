import { encoderFamily, type EncoderModel } from "../../family/encoderFamily.ts";
import type { Family } from "../../family/family.ts";
import { BERT_TOKENIZER } from "../bert/index.ts";
import { albertSpec } from "./block.ts";
import { type AlbertConfig, formatAlbertConfig, parseAlbertConfig } from "./config.ts";
import { ALBERT_WEIGHTS } from "./weights.ts";

/** ALBERT. */
export const albert: Family<"albert", AlbertConfig, EncoderModel<AlbertConfig>> = encoderFamily({
  modelTypes: ["albert"],
  parseConfig: parseAlbertConfig,
  formatConfig: formatAlbertConfig,
  tokenizerFields: { ...BERT_TOKENIZER, bos_token: "[CLS]", eos_token: "[SEP]", pad_token: "<pad>" },
  classPrefix: () => "Albert",
  spec: albertSpec,
  names: ALBERT_WEIGHTS,
});
