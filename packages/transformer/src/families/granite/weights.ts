import type { WeightRules } from "@qkv/nn";
import {
  DECODER_ATTENTION,
  DECODER_ENDS,
  DECODER_GATED,
  DECODER_PRE_NORMS,
  decoderWeights,
} from "../../family/decoderWeights.ts";
import type { GraniteConfig } from "./config.ts";

/** The weights of `GraniteForCausalLM`. */
export const GRANITE_WEIGHTS: WeightRules<GraniteConfig> = decoderWeights({
  ...DECODER_ENDS,
  ...DECODER_PRE_NORMS,
  ...DECODER_ATTENTION,
  ...DECODER_GATED,
});
