import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import { formatRope } from "../../config/rope.ts";
import {
  type DecoderConfig,
  type DecoderDefaults,
  type DecoderFieldNames,
  formatDecoder,
  parseDecoder,
} from "../../family/decoderConfig.ts";

/** Config of a Cohere model, such as Command R or Aya (https://huggingface.co/docs/transformers/model_doc/cohere). */
export interface CohereConfig extends DecoderConfig {
  readonly modelType: "cohere";
  /** Whether all projections of the attention have a bias. */
  readonly attentionBias: boolean;
  /** Factor of the logits. */
  readonly logitScale: number;
}

const DEFAULTS: DecoderDefaults = {
  ...{ vocabSize: 256000, hiddenSize: 8192, ffnDim: 22528, numLayers: 40, numHeads: 64, maxPositions: 8192 },
  ...{ normEps: 1e-5, tied: true, bos: 5, eos: 255001, pad: 0, rope: { theta: 500_000 } },
};
const NAMES: DecoderFieldNames = { normEps: "layer_norm_eps" };

/**
 * Reads Hugging Face's `config.json` of `model_type` "cohere". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseCohereConfig(json: unknown): CohereConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "cohere");
  if (fields.boolean("use_qk_norm", false)) {
    fields.fail("use_qk_norm", "false, as a norm for each head of queries and keys is not known here");
  }
  const { rotary, ...decoder } = parseDecoder(fields, "cohere", DEFAULTS, NAMES);
  return {
    ...decoder,
    rotary: { ...rotary, layout: "interleaved" },
    attentionBias: fields.boolean("attention_bias", false),
    logitScale: fields.number("logit_scale", 0.0625),
  };
}

/** Formats a `config.json` that transformers loads as Cohere: {@link parseCohereConfig} reads it back. */
export function formatCohereConfig(config: CohereConfig): Record<string, unknown> {
  checkRecord("formatCohereConfig", "config", config);
  return {
    ...formatDecoder(config, NAMES),
    ...formatRope(config.rotary),
    attention_bias: config.attentionBias,
    logit_scale: config.logitScale,
  };
}
