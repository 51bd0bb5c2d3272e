import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import { formatRope, parseRotaryShare, type RopeOptions } from "../../config/rope.ts";
import {
  type DecoderConfig,
  type DecoderDefaults,
  type DecoderFieldNames,
  formatDecoder,
  parseDecoder,
} from "../../family/decoderConfig.ts";

/** Config of a Phi-1, 1.5 or 2 (https://huggingface.co/docs/transformers/model_doc/phi). */
export interface PhiConfig extends DecoderConfig {
  readonly modelType: "phi";
  /** Whether queries and keys of each head are normalized. */
  readonly hasQueryKeyNorm: boolean;
  /** The share of a head's features that turn. */
  readonly rotaryShare: number;
  /** Probability of dropping a value while training: of a sublayer's output, of embeddings. */
  readonly dropout: number;
  readonly embeddingDropout: number;
}

const ROPE: RopeOptions = { share: 0.5 };
const DEFAULTS: DecoderDefaults = {
  ...{ vocabSize: 51200, hiddenSize: 2048, ffnDim: 8192, numLayers: 24, numHeads: 32 },
  ...{ maxPositions: 2048, normEps: 1e-5, activation: "gelu_new", bos: 1, eos: 2, rope: ROPE },
};
const NAMES: DecoderFieldNames = { normEps: "layer_norm_eps" };

/**
 * Reads Hugging Face's `config.json` of `model_type` "phi". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parsePhiConfig(json: unknown): PhiConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "phi");
  return {
    ...parseDecoder(fields, "phi", DEFAULTS, NAMES),
    hasQueryKeyNorm: fields.boolean("qk_layernorm", false),
    rotaryShare: parseRotaryShare(fields, ROPE),
    dropout: fields.rate("resid_pdrop", 0),
    embeddingDropout: fields.rate("embd_pdrop", 0),
  };
}

/** Formats a `config.json` that transformers loads as Phi: {@link parsePhiConfig} reads it back. */
export function formatPhiConfig(config: PhiConfig): Record<string, unknown> {
  checkRecord("formatPhiConfig", "config", config);
  return {
    ...formatDecoder(config, NAMES),
    ...formatRope(config.rotary, config.rotaryShare),
    qk_layernorm: config.hasQueryKeyNorm,
    resid_pdrop: config.dropout,
    embd_pdrop: config.embeddingDropout,
  };
}
