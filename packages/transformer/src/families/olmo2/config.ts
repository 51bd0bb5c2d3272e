import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import { formatRope } from "../../config/rope.ts";
import { type DecoderConfig, type DecoderDefaults, formatDecoder, parseDecoder } from "../../family/decoderConfig.ts";

/** Config of an OLMo 2 (https://huggingface.co/docs/transformers/model_doc/olmo2). */
export interface Olmo2Config extends DecoderConfig {
  readonly modelType: "olmo2";
  /** Whether all projections of the attention have a bias. */
  readonly attentionBias: boolean;
}

const DEFAULTS: DecoderDefaults = {
  ...{ vocabSize: 50304, hiddenSize: 4096, ffnDim: 11008, numLayers: 32, numHeads: 32 },
  ...{ maxPositions: 2048, normEps: 1e-5, eos: 50279, pad: 1 },
};

/**
 * Reads Hugging Face's `config.json` of `model_type` "olmo2". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseOlmo2Config(json: unknown): Olmo2Config {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "olmo2");
  return { ...parseDecoder(fields, "olmo2", DEFAULTS), attentionBias: fields.boolean("attention_bias", false) };
}

/** Formats a `config.json` that transformers loads as OLMo 2: {@link parseOlmo2Config} reads it back. */
export function formatOlmo2Config(config: Olmo2Config): Record<string, unknown> {
  checkRecord("formatOlmo2Config", "config", config);
  return { ...formatDecoder(config), ...formatRope(config.rotary), attention_bias: config.attentionBias };
}
