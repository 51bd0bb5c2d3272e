import { encoderFamily, type EncoderModel } from "../../family/encoderFamily.ts";
import type { Family } from "../../family/family.ts";
import { ROBERTA_TOKENIZER } from "../roberta/index.ts";
import { mpnetSpec } from "./block.ts";
import { formatMpnetConfig, type MpnetConfig, parseMpnetConfig } from "./config.ts";
import { MPNET_WEIGHTS } from "./weights.ts";

/** MPNet. */
export const mpnet: Family<"mpnet", MpnetConfig, EncoderModel<MpnetConfig>> = encoderFamily({
  modelTypes: ["mpnet"],
  parseConfig: parseMpnetConfig,
  formatConfig: formatMpnetConfig,
  tokenizerFields: ROBERTA_TOKENIZER,
  classPrefix: () => "MPNet",
  spec: mpnetSpec,
  names: MPNET_WEIGHTS,
});
