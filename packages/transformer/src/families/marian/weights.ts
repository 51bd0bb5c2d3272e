import { sinusoidalPositions } from "@qkv/attention";
import type { IgnoredArray, TieRule, WeightRules } from "@qkv/nn";
import { ENCODER_DECODER_LAYERS, ENCODER_DECODER_TABLES, LOGITS_BIAS } from "../../family/encoderDecoderWeights.ts";
import type { MarianConfig } from "./config.ts";

const POSITIONS: IgnoredArray<MarianConfig> = {
  as: "the sinusoidal positions that the model computes",
  isRight: (array, { dModel, maxPositions }) => {
    const [length = 0, ...width] = array.shape;
    const isTable = `${width}` === `${dModel}` && length >= maxPositions;
    return isTable && array.equals(sinusoidalPositions(length, dModel, { layout: "halves" }));
  },
};

const SHARED = "model.shared.weight";
const ENCODER = "model.encoder.embed_tokens.weight";
const DECODER = "model.decoder.embed_tokens.weight";
const HEAD = "lm_head.weight";

/** One table for both vocabularies if they share it, and an output layer of its own if it is not the decoder's table. */
const TIE: TieRule<MarianConfig> = {
  pairs: ({ shareEncoderDecoderEmbeddings: shares, tieWordEmbeddings: ties }) => {
    if (!shares) return ties ? [[HEAD, DECODER]] : [];
    const both = [
      [DECODER, SHARED],
      [ENCODER, SHARED],
    ] as const;
    return ties ? [[HEAD, SHARED], ...both] : both;
  },
  resolve: (config, areTied) => ({
    ...config,
    shareEncoderDecoderEmbeddings: config.shareEncoderDecoderEmbeddings && areTied(ENCODER, DECODER),
    tieWordEmbeddings: config.tieWordEmbeddings && areTied(HEAD, DECODER),
  }),
  reads: ({ shareEncoderDecoderEmbeddings: shares, tieWordEmbeddings: ties }) => [
    ...(shares ? [SHARED] : [ENCODER, DECODER]),
    ...(ties ? [] : [HEAD]),
  ],
};

/** The weights of `MarianMTModel`. */
export const MARIAN_WEIGHTS: WeightRules<MarianConfig> = {
  rename: { ...ENCODER_DECODER_TABLES, ...LOGITS_BIAS, ...ENCODER_DECODER_LAYERS },
  tie: TIE,
  ignore: { "model.encoder.embed_positions.weight": POSITIONS, "model.decoder.embed_positions.weight": POSITIONS },
  optional: ["finalLogitsBias"], // zeros
  prefix: "model",
};
