import {
  CAUSAL_FAMILIES,
  DECODER_HEAD_FAMILIES,
  ENCODER_FAMILIES,
  type ModelOf,
  SEQ2SEQ_FAMILIES,
  SPEECH_FAMILIES,
} from "@qkv/transformer";
import {
  clip,
  clipClassifier,
  clipText,
  clipVision,
  depthAnything,
  beit,
  siglip,
  siglipClassifier,
  siglipText,
  siglipVision,
  swin,
  vit,
  yolos,
} from "@qkv/vit";

/** Every family of this project. */
export const FAMILIES = [
  ...SEQ2SEQ_FAMILIES,
  ...CAUSAL_FAMILIES,
  ...ENCODER_FAMILIES,
  ...DECODER_HEAD_FAMILIES,
  ...SPEECH_FAMILIES,
  vit,
  swin,
  clip,
  clipClassifier,
  clipText,
  clipVision,
  siglip,
  siglipClassifier,
  siglipText,
  siglipVision,
  yolos,
  depthAnything,
  beit,
] as const;

/** A family of this project. */
export type BuiltInFamily = (typeof FAMILIES)[number];

/** A model of a family of this project. */
export type PretrainedModel = ModelOf<BuiltInFamily>;
