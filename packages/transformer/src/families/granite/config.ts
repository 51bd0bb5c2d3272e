import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import { formatRope } from "../../config/rope.ts";
import { type DecoderConfig, type DecoderDefaults, formatDecoder, parseDecoder } from "../../family/decoderConfig.ts";

/** Config of a Granite (https://huggingface.co/docs/transformers/model_doc/granite). */
export interface GraniteConfig extends DecoderConfig {
  readonly modelType: "granite";
  /** Whether all projections of the attention have a bias. */
  readonly attentionBias: boolean;
  /** Whether the feed-forward's maps have a bias. */
  readonly ffnBias: boolean;
  /** Factors of embeddings, of scores in place of 1 / sqrt(D), and of each sublayer's output. */
  readonly embeddingMultiplier: number;
  readonly attentionMultiplier: number;
  readonly residualMultiplier: number;
  /** Logits are divided by it. */
  readonly logitsScaling: number;
}

const DEFAULTS: DecoderDefaults = {
  ...{ vocabSize: 32000, hiddenSize: 4096, ffnDim: 11008, numLayers: 32, numHeads: 32 },
  ...{ maxPositions: 2048, normEps: 1e-6, bos: 1, eos: 2 },
};

/**
 * Reads Hugging Face's `config.json` of `model_type` "granite". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseGraniteConfig(json: unknown): GraniteConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "granite");
  const logitsScaling = fields.number("logits_scaling", 1);
  if (logitsScaling === 0) fields.fail("logits_scaling", "a number above 0");
  return {
    ...parseDecoder(fields, "granite", DEFAULTS),
    attentionBias: fields.boolean("attention_bias", false),
    ffnBias: fields.boolean("mlp_bias", false),
    embeddingMultiplier: fields.number("embedding_multiplier", 1),
    attentionMultiplier: fields.number("attention_multiplier", 1),
    residualMultiplier: fields.number("residual_multiplier", 1),
    logitsScaling,
  };
}

/** Formats a `config.json` that transformers loads as Granite: {@link parseGraniteConfig} reads it back. */
export function formatGraniteConfig(config: GraniteConfig): Record<string, unknown> {
  checkRecord("formatGraniteConfig", "config", config);
  return {
    ...formatDecoder(config),
    ...formatRope(config.rotary),
    attention_bias: config.attentionBias,
    mlp_bias: config.ffnBias,
    embedding_multiplier: config.embeddingMultiplier,
    attention_multiplier: config.attentionMultiplier,
    residual_multiplier: config.residualMultiplier,
    logits_scaling: config.logitsScaling,
  };
}
