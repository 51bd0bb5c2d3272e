import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import type { ConfigFields } from "../../config/configFields.ts";
import { formatLabels, parseLabels } from "../../config/labels.ts";
import type { EncoderConfig } from "./config.ts";
import type { EncoderLayers } from "./postNormBlocks.ts";

/** What BERT's `config.json` and those of most encoders after it say under the same names. */
export type SharedEncoderFields = Omit<EncoderConfig & EncoderLayers, "modelType" | "maxPositions">;

/** What a type has where a `config.json` says nothing. */
export interface EncoderDefaults {
  readonly vocabSize: number;
  readonly padTokenId: number;
  /** Default 768. */
  readonly dModel?: number;
  /** Default 12. */
  readonly numLayers?: number;
  /** Default 12. */
  readonly numHeads?: number;
  /** Default 3072. */
  readonly ffnDim?: number;
  /** Default "gelu". */
  readonly activation?: string;
  /** Default 1e-12. */
  readonly normEps?: number;
  /** Default 0.1. */
  readonly dropout?: number;
}

/**
 * Reads the fields that BERT has and most encoders after it. A decoder of that name is refused.
 *
 * @throws ConfigError naming the field
 */
export function parseEncoderFields(fields: ConfigFields, defaults: EncoderDefaults): SharedEncoderFields {
  const { dModel: width = 768, numHeads = 12, ffnDim = 3072, activation = "gelu", normEps = 1e-12 } = defaults;
  const dModel = fields.integer("hidden_size", width);
  for (const name of ["is_decoder", "add_cross_attention"]) {
    if (fields.boolean(name, false)) fields.fail(name, "false");
  }
  return {
    vocabSize: fields.integer("vocab_size", defaults.vocabSize),
    dModel,
    numLayers: fields.integer("num_hidden_layers", defaults.numLayers ?? 12),
    numHeads: fields.divisor("num_attention_heads", numHeads, dModel),
    ffnDim: fields.integer("intermediate_size", ffnDim),
    activation: fields.oneOf("hidden_act", ACTIVATIONS_BY_NAME, activation),
    normEps: fields.number("layer_norm_eps", normEps),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", true),
    dropout: fields.rate("hidden_dropout_prob", defaults.dropout ?? 0.1),
    attentionDropout: fields.rate("attention_probs_dropout_prob", defaults.dropout ?? 0.1),
    initializerRange: fields.number("initializer_range", 0.02),
    padTokenId: fields.integer("pad_token_id", defaults.padTokenId),
    ...parseLabels(fields),
  };
}

/** Formats what {@link parseEncoderFields} reads. */
export function formatEncoderFields(config: SharedEncoderFields): Record<string, unknown> {
  return {
    vocab_size: config.vocabSize,
    hidden_size: config.dModel,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    intermediate_size: config.ffnDim,
    hidden_act: ACTIVATION_NAMES[config.activation],
    layer_norm_eps: config.normEps,
    tie_word_embeddings: config.tieWordEmbeddings,
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: config.attentionDropout,
    initializer_range: config.initializerRange,
    pad_token_id: config.padTokenId,
    ...formatLabels(config),
  };
}

/** The dropout rate before a classifier. */
export interface ClassifierDropout {
  /** Absent: that of the hidden states. */
  readonly classifierDropout?: number;
}

/** Reads the dropout rate before a classifier. */
export function parseClassifierDropout(fields: ConfigFields): ClassifierDropout {
  return fields.has("classifier_dropout") ? { classifierDropout: fields.rate("classifier_dropout", 0) } : {};
}
