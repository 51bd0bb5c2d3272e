import { normal } from "@qkv/nn";
import { ENCODER_DECODER_NORM, encoderDecoderSpec } from "../../family/encoderDecoderBlocks.ts";
import type { Seq2SeqSpec } from "../../models/seq2seq/config.ts";
import type { BartConfig } from "./config.ts";

/** Rows of the table of positions before the first: those of fairseq's special tokens. */
const OFFSET = 2;

/** BART as data: normalized embeddings with learned positions. mBART has its norms before the sublayers. */
export function bartSpec(config: BartConfig): Seq2SeqSpec {
  const init = normal(config.initializerRange);
  return {
    ...encoderDecoderSpec(config, { placement: config.modelType === "bart" ? "post" : "pre", init }),
    positions: { kind: "learned", maxPositions: config.maxPositions, offset: OFFSET },
    embeddingNorm: ENCODER_DECODER_NORM,
    finalLogitsBias: true,
    embeddingInit: init,
    headInit: init,
  };
}
