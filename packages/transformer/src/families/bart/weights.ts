import {
  classifierWeights,
  conditionalWeights,
  ENCODER_DECODER_LAST_NORMS,
  LOGITS_BIAS,
} from "../../family/encoderDecoderWeights.ts";
import type { BartConfig } from "./config.ts";

const BODY = {
  "encoder.positions.weight": "model.encoder.embed_positions.weight",
  "encoder.embeddingNorm.weight": "model.encoder.layernorm_embedding.weight",
  "encoder.embeddingNorm.bias": "model.encoder.layernorm_embedding.bias",
  "decoder.positions.weight": "model.decoder.embed_positions.weight",
  "decoder.embeddingNorm.weight": "model.decoder.layernorm_embedding.weight",
  "decoder.embeddingNorm.bias": "model.decoder.layernorm_embedding.bias",
  ...ENCODER_DECODER_LAST_NORMS, // of mBART
};

/** Versions of the code, in files from fairseq. */
const ignore = Object.fromEntries(
  ["encoder", "decoder"].flatMap((side) => [
    [`${side}.version`, { as: "a version of fairseq" }],
    [`model.${side}.version`, { as: "a version of fairseq" }],
  ]),
);

/** The weights of `BartForConditionalGeneration` and `MBartForConditionalGeneration`. */
export const BART_WEIGHTS = conditionalWeights<BartConfig>({ body: BODY, optional: LOGITS_BIAS, ignore });

/** The weights of `BartForSequenceClassification` and `MBartForSequenceClassification`. */
export const BART_CLASSIFIER_WEIGHTS = classifierWeights<BartConfig>({ body: BODY, ignore });
