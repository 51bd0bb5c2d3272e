import type { NameMap, TieRule, WeightRules } from "@qkv/nn";
import { ENCODER_DECODER_LAST_NORMS, ENCODER_DECODER_LAYERS } from "../../family/encoderDecoderWeights.ts";
import type { WhisperConfig } from "./config.ts";

const NAMES: NameMap = {
  "encoder.conv1.weight": "model.encoder.conv1.weight",
  "encoder.conv1.bias": "model.encoder.conv1.bias",
  "encoder.conv2.weight": "model.encoder.conv2.weight",
  "encoder.conv2.bias": "model.encoder.conv2.bias",
  "encoder.positions": "model.encoder.embed_positions.weight",
  "decoder.embedding.weight": "model.decoder.embed_tokens.weight",
  "decoder.positions.weight": "model.decoder.embed_positions.weight",
  "lmHead.weight": "proj_out.weight",

  ...ENCODER_DECODER_LAYERS, // keys have no bias here
  ...ENCODER_DECODER_LAST_NORMS,
};

const HEAD = "proj_out.weight";
const EMBEDDING = "model.decoder.embed_tokens.weight";

const TIE: TieRule<WhisperConfig> = {
  pairs: ({ tieWordEmbeddings }) => (tieWordEmbeddings ? [[HEAD, EMBEDDING]] : []),
  resolve: (config, areTied) => ({
    ...config,
    tieWordEmbeddings: config.tieWordEmbeddings && areTied(HEAD, EMBEDDING),
  }),
  reads: ({ tieWordEmbeddings }) => (tieWordEmbeddings ? [EMBEDDING] : [EMBEDDING, HEAD]),
};

/** The weights of `WhisperForConditionalGeneration`. */
export const WHISPER_WEIGHTS: WeightRules<WhisperConfig> = { rename: NAMES, tie: TIE, prefix: "model" };
