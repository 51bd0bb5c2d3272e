import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import { specialTokenFields, specialTokens } from "../../config/specialTokens.ts";
import type { CausalConfig } from "../../models/causal/config.ts";

/** Config of a BLOOM (https://huggingface.co/docs/transformers/model_doc/bloom). */
export interface BloomConfig extends CausalConfig {
  readonly modelType: "bloom";
  readonly numLayers: number;
  readonly numHeads: number;
  readonly normEps: number;
  /** Probability of dropping a value of a sublayer's output while training, or an attention probability. */
  readonly dropout: number;
  readonly attentionDropout: number;
}

/** The longest text of a file that says none: ALiBi itself knows no end. */
const LONGEST = 2048;

/**
 * Reads Hugging Face's `config.json` of `model_type` "bloom". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseBloomConfig(json: unknown): BloomConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "bloom");
  const dModel = fields.optionalInteger("n_embed") ?? fields.integer("hidden_size", 64);
  if (fields.boolean("apply_residual_connection_post_layernorm", false)) {
    fields.fail("apply_residual_connection_post_layernorm", "false, as sums of norms are not known here");
  }
  if (fields.boolean("slow_but_exact", false) && fields.integer("pretraining_tp", 1) > 1) {
    fields.fail("slow_but_exact", "false, as it leaves biases out with pretraining_tp above 1");
  }
  return {
    modelType: "bloom",
    vocabSize: fields.integer("vocab_size", 250880),
    dModel,
    numLayers: fields.optionalInteger("n_layer") ?? fields.integer("num_hidden_layers", 2),
    numHeads: fields.divisor(fields.has("n_head") ? "n_head" : "num_attention_heads", 8, dModel),
    normEps: fields.number("layer_norm_epsilon", 1e-5),
    maxPositions: fields.integer("seq_length", LONGEST),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", true),
    dropout: fields.rate("hidden_dropout", 0),
    attentionDropout: fields.rate("attention_dropout", 0),
    initializerRange: fields.number("initializer_range", 0.02),
    ...specialTokens(fields, { bos: 1, eos: 2 }),
  };
}

/** Formats a `config.json` that transformers loads as BLOOM: {@link parseBloomConfig} reads it back. */
export function formatBloomConfig(config: BloomConfig): Record<string, unknown> {
  checkRecord("formatBloomConfig", "config", config);
  return {
    model_type: "bloom",
    vocab_size: config.vocabSize,
    hidden_size: config.dModel,
    n_layer: config.numLayers,
    n_head: config.numHeads,
    layer_norm_epsilon: config.normEps,
    seq_length: config.maxPositions,
    tie_word_embeddings: config.tieWordEmbeddings,
    hidden_dropout: config.dropout,
    attention_dropout: config.attentionDropout,
    initializer_range: config.initializerRange,
    ...specialTokenFields(config),
  };
}
