import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import { seq2seqTokenFields, seq2seqTokens } from "../../config/seq2seqTokens.ts";
import type { Seq2SeqConfig } from "../../models/seq2seq/config.ts";

/** Types of T5: the original, 1.1 and Flan are `t5`, the multilingual one is `mt5`. */
export type T5Type = "t5" | "mt5";

/** Config of a T5 (https://huggingface.co/docs/transformers/model_doc/t5). */
export interface T5Config extends Seq2SeqConfig {
  readonly modelType: T5Type;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly numHeads: number;
  /** D, which need not be E / H. */
  readonly headDim: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  /** Whether the feed-forward is gated. */
  readonly isGated: boolean;
  /** Buckets of relative positions, and the distance from which on all share the last. */
  readonly numBuckets: number;
  readonly maxDistance: number;
  /** Whether the decoder's output is divided by sqrt(E) before the output layer. */
  readonly scaleOutput: boolean;
  readonly normEps: number;
  /** Probability of dropping a value while training, wherever there is dropout. */
  readonly dropout: number;
  /** Factor of the standard deviations that initialize weights. */
  readonly initializerFactor: number;
}

const DEFAULTS = {
  t5: { vocabSize: 32128, ffnDim: 2048, layers: 6, heads: 8, feedForward: "relu" },
  mt5: { vocabSize: 250112, ffnDim: 1024, layers: 8, heads: 6, feedForward: "gated-gelu" },
} as const;

/** What `feed_forward_proj` may be: an activation's name, or `gated-` and one. */
const FEED_FORWARDS: Readonly<Record<string, Pick<T5Config, "activation" | "isGated">>> = {
  ...Object.fromEntries(
    Object.entries(ACTIVATIONS_BY_NAME).flatMap(([name, activation]) => [
      [name, { activation, isGated: false }],
      [`gated-${name}`, { activation, isGated: true }],
    ]),
  ),
  "gated-gelu": { activation: "geluTanh", isGated: true }, // the paper's, not what gelu means elsewhere
};

/**
 * Reads Hugging Face's `config.json` of `model_type` "t5" or "mt5". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseT5Config(json: unknown): T5Config {
  const fields = new ConfigFields(json);
  const modelType = fields.oneOf<T5Type>("model_type", { t5: "t5", mt5: "mt5" }, "");
  const defaults = DEFAULTS[modelType];
  const encoderLayers = fields.integer("num_layers", defaults.layers);
  const tieWordEmbeddings = fields.boolean("tie_word_embeddings", true);
  const numBuckets = fields.integer("relative_attention_num_buckets", 32);
  if (numBuckets < 4) fields.fail("relative_attention_num_buckets", "at least 4");
  const maxDistance = fields.integer("relative_attention_max_distance", 128);
  const near = Math.floor(numBuckets / 2); // distances that have a bucket of their own in the decoder
  if (maxDistance <= near) fields.fail("relative_attention_max_distance", `above ${near}, half of the buckets`);
  return {
    modelType,
    vocabSize: fields.integer("vocab_size", defaults.vocabSize),
    dModel: fields.integer("d_model", 512),
    encoderLayers,
    decoderLayers: fields.integer("num_decoder_layers", encoderLayers),
    numHeads: fields.integer("num_heads", defaults.heads),
    headDim: fields.integer("d_kv", 64),
    ffnDim: fields.integer("d_ff", defaults.ffnDim),
    ...feedForwardOf(fields, defaults.feedForward),
    numBuckets,
    maxDistance,
    tieWordEmbeddings,
    scaleOutput: modelType === "t5" && fields.boolean("scale_decoder_outputs", tieWordEmbeddings),
    normEps: fields.number("layer_norm_epsilon", 1e-6),
    dropout: fields.rate("dropout_rate", 0.1),
    initializerFactor: fields.number("initializer_factor", 1),
    ...seq2seqTokens(fields, { pad: 0, eos: 1 }),
  };
}

/** Files of later releases say it in two fields more, which then count. */
function feedForwardOf(fields: ConfigFields, fallback: string): Pick<T5Config, "activation" | "isGated"> {
  const { activation, isGated } = fields.oneOf("feed_forward_proj", FEED_FORWARDS, fallback);
  return {
    activation: fields.oneOf("dense_act_fn", ACTIVATIONS_BY_NAME, ACTIVATION_NAMES[activation]),
    isGated: fields.boolean("is_gated_act", isGated),
  };
}

/** Formats a `config.json` that transformers loads as this model: {@link parseT5Config} reads it back. */
export function formatT5Config(config: T5Config): Record<string, unknown> {
  checkRecord("formatT5Config", "config", config);
  const { modelType, activation, isGated } = config;
  const name = ACTIVATION_NAMES[activation];
  const gated = name === "gelu_new" ? "gated-gelu" : `gated-${name}`;
  return {
    model_type: modelType,
    is_encoder_decoder: true,
    vocab_size: config.vocabSize,
    d_model: config.dModel,
    d_kv: config.headDim,
    d_ff: config.ffnDim,
    num_layers: config.encoderLayers,
    num_decoder_layers: config.decoderLayers,
    num_heads: config.numHeads,
    feed_forward_proj: isGated ? gated : name,
    dense_act_fn: name,
    is_gated_act: isGated,
    relative_attention_num_buckets: config.numBuckets,
    relative_attention_max_distance: config.maxDistance,
    tie_word_embeddings: config.tieWordEmbeddings,
    ...(modelType === "t5" && { scale_decoder_outputs: config.scaleOutput }),
    layer_norm_epsilon: config.normEps,
    dropout_rate: config.dropout,
    // transformers refuses a 1 that is no 1.0, and JSON has no other
    ...(config.initializerFactor !== 1 && { initializer_factor: config.initializerFactor }),
    ...seq2seqTokenFields(config),
  };
}
