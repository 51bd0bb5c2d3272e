import type { WeightRules } from "@qkv/nn";
import {
  DECODER_ATTENTION,
  DECODER_ENDS,
  DECODER_GATED,
  DECODER_PRE_NORMS,
  decoderWeights,
} from "../../family/decoderWeights.ts";
import type { LlamaConfig } from "./config.ts";

/** The weights of `LlamaForCausalLM` and its relatives. Some have biases, some norms of queries and keys. */
export const LLAMA_WEIGHTS: WeightRules<LlamaConfig> = decoderWeights({
  ...DECODER_ENDS,
  ...DECODER_PRE_NORMS,
  ...DECODER_ATTENTION,
  ...DECODER_GATED,
});
