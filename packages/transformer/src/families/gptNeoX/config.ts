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

/** Config of a GPT-NeoX, such as Pythia (https://huggingface.co/docs/transformers/model_doc/gpt_neox). */
export interface GptNeoXConfig extends DecoderConfig {
  readonly modelType: "gpt_neox";
  /** Whether all projections of the attention have a bias. */
  readonly attentionBias: boolean;
  /** Whether attention and feed-forward read the same, side by side. */
  readonly isParallel: boolean;
  /** The share of a head's features that turn. */
  readonly rotaryShare: number;
  /** Probability of dropping a value while training: of embeddings, of a sublayer's output. */
  readonly dropout: number;
}

const ROPE: RopeOptions = { share: 0.25, shareField: "rotary_pct", thetaField: "rotary_emb_base" };
const DEFAULTS: DecoderDefaults = {
  ...{ vocabSize: 50432, hiddenSize: 6144, ffnDim: 24576, numLayers: 44, numHeads: 64 },
  ...{ maxPositions: 2048, normEps: 1e-5, activation: "gelu", bos: 0, eos: 2, rope: ROPE },
};
const NAMES: DecoderFieldNames = { normEps: "layer_norm_eps" };

/**
 * Reads Hugging Face's `config.json` of `model_type` "gpt_neox". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseGptNeoXConfig(json: unknown): GptNeoXConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "gpt_neox");
  return {
    ...parseDecoder(fields, "gpt_neox", DEFAULTS, NAMES),
    attentionBias: fields.boolean("attention_bias", true),
    isParallel: fields.boolean("use_parallel_residual", true),
    rotaryShare: parseRotaryShare(fields, ROPE),
    dropout: fields.rate("hidden_dropout", 0),
  };
}

/** Formats a `config.json` that transformers loads as GPT-NeoX: {@link parseGptNeoXConfig} reads it back. */
export function formatGptNeoXConfig(config: GptNeoXConfig): Record<string, unknown> {
  checkRecord("formatGptNeoXConfig", "config", config);
  return {
    ...formatDecoder(config, NAMES),
    ...formatRope(config.rotary, config.rotaryShare),
    rotary_pct: config.rotaryShare,
    rotary_emb_base: config.rotary.base,
    attention_bias: config.attentionBias,
    use_parallel_residual: config.isParallel,
    hidden_dropout: config.dropout,
  };
}
