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

/** Config of a StableLM (https://huggingface.co/docs/transformers/model_doc/stablelm). */
export interface StableLmConfig extends DecoderConfig {
  readonly modelType: "stablelm";
  /** Whether the projections of queries, keys and values have a bias. */
  readonly attentionBias: boolean;
  /** Whether attention and feed-forward read the same, side by side. */
  readonly isParallel: boolean;
  /** The share of a head's features that turn. */
  readonly rotaryShare: number;
  /** Probability of dropping a value of a feed-forward's output while training. */
  readonly ffnDropout: number;
}

const ROPE: RopeOptions = { share: 0.25 };
const DEFAULTS: DecoderDefaults = {
  ...{ vocabSize: 50304, hiddenSize: 2560, ffnDim: 6912, numLayers: 32, numHeads: 32, numKeyValueHeads: 32 },
  ...{ maxPositions: 4096, normEps: 1e-5, bos: 0, eos: 0, rope: ROPE },
};
const NAMES: DecoderFieldNames = { normEps: "layer_norm_eps" };

/**
 * Reads Hugging Face's `config.json` of `model_type` "stablelm". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseStableLmConfig(json: unknown): StableLmConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "stablelm");
  if (fields.boolean("qk_layernorm", false)) {
    fields.fail("qk_layernorm", "false, as a norm for each head of queries and keys is not known here");
  }
  return {
    ...parseDecoder(fields, "stablelm", DEFAULTS, NAMES),
    attentionBias: fields.boolean("use_qkv_bias", false),
    isParallel: fields.boolean("use_parallel_residual", false),
    rotaryShare: parseRotaryShare(fields, ROPE),
    ffnDropout: fields.rate("hidden_dropout", 0),
  };
}

/** Formats a `config.json` that transformers loads as StableLM: {@link parseStableLmConfig} reads it back. */
export function formatStableLmConfig(config: StableLmConfig): Record<string, unknown> {
  checkRecord("formatStableLmConfig", "config", config);
  return {
    ...formatDecoder(config, NAMES),
    ...formatRope(config.rotary, config.rotaryShare),
    use_qkv_bias: config.attentionBias,
    use_parallel_residual: config.isParallel,
    hidden_dropout: config.ffnDropout,
  };
}
