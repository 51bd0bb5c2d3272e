import { type CausalConfig, ConfigFields, specialTokenFields, specialTokens } from "@qkv/transformer";

/** Config of a Heron, a made-up decoder whose norms come after each sublayer and whose positions are ALiBi. */
export interface HeronConfig extends CausalConfig {
  readonly modelType: "heron";
  readonly numLayers: number;
  readonly numHeads: number;
  readonly ffnDim: number;
}

/** Reads a `config.json` of `model_type` "heron". @throws ConfigError naming the field */
export function parseHeronConfig(json: unknown): HeronConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "heron");
  const dModel = fields.integer("hidden_size");
  return {
    modelType: "heron",
    vocabSize: fields.integer("vocab_size"),
    dModel,
    numLayers: fields.integer("num_hidden_layers"),
    numHeads: fields.divisor("num_attention_heads", 1, dModel),
    ffnDim: fields.integer("intermediate_size", 4 * dModel),
    maxPositions: fields.integer("max_position_embeddings", 2048),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", true),
    initializerRange: fields.number("initializer_range", 0.02),
    ...specialTokens(fields, {}),
  };
}

/** Formats a `config.json`: {@link parseHeronConfig} reads it back. */
export function formatHeronConfig(config: HeronConfig): Record<string, unknown> {
  return {
    model_type: "heron",
    vocab_size: config.vocabSize,
    hidden_size: config.dModel,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    intermediate_size: config.ffnDim,
    max_position_embeddings: config.maxPositions,
    tie_word_embeddings: config.tieWordEmbeddings,
    initializer_range: config.initializerRange,
    ...specialTokenFields(config),
  };
}
