import { normal } from "@qkv/nn";
import { seq2seqGenerationFields } from "../../config/seq2seqTokens.ts";
import { conditionalClasses } from "../../family/conditionalClasses.ts";
import { encoderDecoderSpec } from "../../family/encoderDecoderBlocks.ts";
import { conditionalWeights, COUNTED_TABLES, ENCODER_DECODER_LAST_NORMS } from "../../family/encoderDecoderWeights.ts";
import type { Family } from "../../family/family.ts";
import type { Seq2SeqSpec } from "../../models/seq2seq/config.ts";
import type { Seq2SeqLanguageModel } from "../../models/seq2seq/model.ts";
import { ROBERTA_TOKENIZER } from "../roberta/index.ts";
import { formatM2m100Config, type M2m100Config, parseM2m100Config } from "./config.ts";

/** An M2M100. */
export type M2m100Model = Seq2SeqLanguageModel<M2m100Config>;

/** M2M100 as data: pre-norm blocks, and positions that padding does not count for. */
function m2m100Spec(config: M2m100Config): Seq2SeqSpec {
  const init = normal(config.initializerRange);
  return {
    ...encoderDecoderSpec(config, { placement: "pre", init }),
    positions: { kind: "counted", padTokenId: config.padTokenId },
    embeddingInit: init,
    headInit: init,
  };
}

const { classes, build } = conditionalClasses(
  m2m100Spec,
  conditionalWeights<M2m100Config>({ body: ENCODER_DECODER_LAST_NORMS, ignore: COUNTED_TABLES }),
);

/** M2M100 and NLLB-200. */
export const m2m100: Family<"m2m_100", M2m100Config, M2m100Model> = {
  modelTypes: ["m2m_100"],
  parseConfig: parseM2m100Config,
  formatConfig: formatM2m100Config,
  formatGeneration: seq2seqGenerationFields,
  tokenizerFields: ROBERTA_TOKENIZER,
  architectures: () => classes("M2M100"),
  build,
};
