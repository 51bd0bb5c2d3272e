import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import { formatRope, parseRotaryShare, type RopeOptions } from "../../config/rope.ts";
import { slidingWindow } from "../../config/windows.ts";
import { type DecoderConfig, type DecoderDefaults, formatDecoder, parseDecoder } from "../../family/decoderConfig.ts";

/** Config of a Phi-3, 3.5 or 4 (https://huggingface.co/docs/transformers/model_doc/phi3). */
export interface Phi3Config extends DecoderConfig {
  readonly modelType: "phi3";
  /** The share of a head's features that turn. */
  readonly rotaryShare: number;
  /** The longest text with the rotary positions of short ones, in tokens. */
  readonly originalLength: number;
  /** The number of keys, up to its own, that a query sees; null: all. */
  readonly window: number | null;
  /** Probability of dropping a value while training: of a sublayer's output, of embeddings. */
  readonly dropout: number;
  readonly embeddingDropout: number;
}

const ORIGINAL_LENGTH = 4096;
const ROPE: RopeOptions = {
  share: 1,
  types: { default: "default", longrope: "longrope", su: "longrope", yarn: "longrope" }, // what early files call it
  originalLength: ORIGINAL_LENGTH,
};
const DEFAULTS: DecoderDefaults = {
  ...{ vocabSize: 32064, hiddenSize: 3072, ffnDim: 8192, numLayers: 32, numHeads: 32 },
  ...{ maxPositions: 4096, normEps: 1e-5, bos: 1, eos: 32000, pad: 32000, rope: ROPE },
};

/**
 * Reads Hugging Face's `config.json` of `model_type` "phi3". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parsePhi3Config(json: unknown): Phi3Config {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "phi3");
  return {
    ...parseDecoder(fields, "phi3", DEFAULTS),
    rotaryShare: parseRotaryShare(fields, ROPE),
    originalLength: fields.integer("original_max_position_embeddings", ORIGINAL_LENGTH),
    window: fields.has("sliding_window") ? slidingWindow(fields, 0) : null,
    dropout: fields.rate("resid_pdrop", 0),
    embeddingDropout: fields.rate("embd_pdrop", 0),
  };
}

/** Formats a `config.json` that transformers loads as Phi-3: {@link parsePhi3Config} reads it back. */
export function formatPhi3Config(config: Phi3Config): Record<string, unknown> {
  checkRecord("formatPhi3Config", "config", config);
  return {
    ...formatDecoder(config),
    ...formatRope(config.rotary, config.rotaryShare),
    original_max_position_embeddings: config.originalLength,
    sliding_window: config.window,
    resid_pdrop: config.dropout,
    embd_pdrop: config.embeddingDropout,
  };
}
