import { normal } from "@qkv/nn";
import { seq2seqGenerationFields } from "../../config/seq2seqTokens.ts";
import { conditionalClasses } from "../../family/conditionalClasses.ts";
import { encoderDecoderSpec } from "../../family/encoderDecoderBlocks.ts";
import { conditionalWeights, ENCODER_DECODER_LAST_NORMS, LOGITS_BIAS } from "../../family/encoderDecoderWeights.ts";
import type { Family } from "../../family/family.ts";
import type { Seq2SeqSpec } from "../../models/seq2seq/config.ts";
import type { Seq2SeqLanguageModel } from "../../models/seq2seq/model.ts";
import { formatPegasusConfig, parsePegasusConfig, type PegasusConfig } from "./config.ts";

/** A PEGASUS. */
export type PegasusModel = Seq2SeqLanguageModel<PegasusConfig>;

/** PEGASUS as data: pre-norm blocks whose positions are a table that is not trained. */
function pegasusSpec(config: PegasusConfig): Seq2SeqSpec {
  const init = normal(config.initializerRange);
  return {
    ...encoderDecoderSpec(config, { placement: "pre", init }),
    positions: { kind: "frozen", maxPositions: config.maxPositions },
    finalLogitsBias: true,
    embeddingInit: init,
    headInit: init,
  };
}

const { classes, build } = conditionalClasses(
  pegasusSpec,
  conditionalWeights<PegasusConfig>({
    body: ENCODER_DECODER_LAST_NORMS,
    optional: {
      ...LOGITS_BIAS,
      "encoder.positions.weight": "model.encoder.embed_positions.weight",
      "decoder.positions.weight": "model.decoder.embed_positions.weight",
    },
  }),
);

/** PEGASUS. */
export const pegasus: Family<"pegasus", PegasusConfig, PegasusModel> = {
  modelTypes: ["pegasus"],
  parseConfig: parsePegasusConfig,
  formatConfig: formatPegasusConfig,
  formatGeneration: seq2seqGenerationFields,
  tokenizerFields: { eos_token: "</s>", pad_token: "<pad>", unk_token: "<unk>", mask_token: "<mask_2>" },
  architectures: () => classes("Pegasus"),
  build,
};
