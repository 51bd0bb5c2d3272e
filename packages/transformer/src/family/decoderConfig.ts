import type { RotaryConfig } from "@qkv/attention";
import type { Activation } from "@qkv/nn";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../config/activationNames.ts";
import type { ConfigFields } from "../config/configFields.ts";
import { parseRope, type RopeOptions } from "../config/rope.ts";
import { specialTokenFields, specialTokens } from "../config/specialTokens.ts";
import type { CausalConfig } from "../models/causal/config.ts";

/** What the config of a decoder has whose `config.json` has Llama's names. */
export interface DecoderConfig extends CausalConfig {
  readonly numLayers: number;
  readonly numHeads: number;
  /** Fewer than heads: queries share keys and values in groups. */
  readonly numKeyValueHeads: number;
  readonly headDim: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  readonly normEps: number;
  readonly rotary: RotaryConfig;
  /** Probability of dropping an attention probability while training. */
  readonly attentionDropout: number;
}

/** A type's values of absent fields, those of transformers. */
export interface DecoderDefaults {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly ffnDim: number;
  readonly numLayers: number;
  readonly numHeads: number;
  /** Default as many as heads. */
  readonly numKeyValueHeads?: number | undefined;
  /** Default hiddenSize / numHeads. */
  readonly headDim?: number | undefined;
  readonly maxPositions: number;
  /** Default silu. */
  readonly activation?: string;
  readonly normEps: number;
  /** Default false. */
  readonly tied?: boolean;
  readonly bos?: number;
  readonly eos?: number;
  readonly pad?: number;
  readonly rope?: RopeOptions;
}

/** Names of fields that are not the same in all types. */
export interface DecoderFieldNames {
  /** Default `hidden_act`. */
  readonly activation?: string;
  /** Default `rms_norm_eps`. */
  readonly normEps?: string;
}

/**
 * Reads the fields of a decoder whose `config.json` has Llama's names. Absent fields have the type's defaults.
 *
 * @param rope reads the rotary positions, where the type has fields of its own for them
 * @throws ConfigError naming the field
 */
export function parseDecoder<Type extends string>(
  fields: ConfigFields,
  modelType: Type,
  defaults: DecoderDefaults,
  { activation = "hidden_act", normEps = "rms_norm_eps" }: DecoderFieldNames = {},
  rope = (headDim: number, maxPositions: number) => parseRope(fields, headDim, maxPositions, defaults.rope),
): DecoderConfig & { readonly modelType: Type } {
  const dModel = fields.integer("hidden_size", defaults.hiddenSize);
  const numHeads = fields.integer("num_attention_heads", defaults.numHeads);
  const groups = fields.isNull("num_key_value_heads") ? numHeads : (defaults.numKeyValueHeads ?? numHeads);
  const numKeyValueHeads = fields.divisor("num_key_value_heads", groups, numHeads);
  const headDim = fields.optionalInteger("head_dim") ?? defaults.headDim ?? dModel / numHeads;
  if (!Number.isSafeInteger(headDim) || headDim < 1) fields.fail("num_attention_heads", `a divisor of ${dModel}`);
  const maxPositions = fields.integer("max_position_embeddings", defaults.maxPositions);
  return {
    modelType,
    vocabSize: fields.integer("vocab_size", defaults.vocabSize),
    dModel,
    numLayers: fields.integer("num_hidden_layers", defaults.numLayers),
    numHeads,
    numKeyValueHeads,
    headDim,
    ffnDim: fields.integer("intermediate_size", defaults.ffnDim),
    activation: fields.oneOf(activation, ACTIVATIONS_BY_NAME, defaults.activation ?? "silu"),
    normEps: fields.number(normEps, defaults.normEps),
    maxPositions,
    rotary: rope(headDim, maxPositions),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", defaults.tied ?? false),
    attentionDropout: fields.rate("attention_dropout", 0),
    initializerRange: fields.number("initializer_range", 0.02),
    ...specialTokens(fields, defaults),
  };
}

/** Formats the fields that {@link parseDecoder} reads, but for the rotary positions. */
export function formatDecoder(
  config: DecoderConfig,
  { activation = "hidden_act", normEps = "rms_norm_eps" }: DecoderFieldNames = {},
): Record<string, unknown> {
  return {
    model_type: config.modelType,
    vocab_size: config.vocabSize,
    hidden_size: config.dModel,
    intermediate_size: config.ffnDim,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    num_key_value_heads: config.numKeyValueHeads,
    head_dim: config.headDim,
    [activation]: ACTIVATION_NAMES[config.activation],
    max_position_embeddings: config.maxPositions,
    initializer_range: config.initializerRange,
    [normEps]: config.normEps,
    tie_word_embeddings: config.tieWordEmbeddings,
    attention_dropout: config.attentionDropout,
    ...specialTokenFields(config),
    pad_token_id: config.padTokenId ?? null, // absent is the type's default
  };
}
