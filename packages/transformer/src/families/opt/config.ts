import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import { specialTokenFields, specialTokens } from "../../config/specialTokens.ts";
import type { CausalConfig } from "../../models/causal/config.ts";

/** Config of an OPT (https://huggingface.co/docs/transformers/model_doc/opt). */
export interface OptConfig extends CausalConfig {
  readonly modelType: "opt";
  readonly numLayers: number;
  readonly numHeads: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  /** Whether all linear maps have a bias. */
  readonly hasBias: boolean;
  /** Whether norms stand before the sublayers; else after the residual sums. */
  readonly isPreNorm: boolean;
  /** Whether there is a norm after the last layer. */
  readonly hasLastNorm: boolean;
  /** Probability of dropping a value of a sublayer's output while training, or an attention probability. */
  readonly dropout: number;
  readonly attentionDropout: number;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "opt". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseOptConfig(json: unknown): OptConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "opt");
  const dModel = fields.integer("hidden_size", 768);
  if (fields.integer("word_embed_proj_dim", dModel) !== dModel) {
    fields.fail("word_embed_proj_dim", `hidden_size, ${dModel}, as embeddings of another width are not known here`);
  }
  if (!fields.boolean("layer_norm_elementwise_affine", true)) {
    fields.fail("layer_norm_elementwise_affine", "true, as norms without weights are not known here");
  }
  const isPreNorm = fields.boolean("do_layer_norm_before", true);
  const isRemoved = fields.boolean("_remove_final_layer_norm", false);
  fields.rate("layerdrop", 0); // of training alone
  return {
    modelType: "opt",
    vocabSize: fields.integer("vocab_size", 50272),
    dModel,
    numLayers: fields.integer("num_hidden_layers", 12),
    numHeads: fields.divisor("num_attention_heads", 12, dModel),
    ffnDim: fields.integer("ffn_dim", 3072),
    activation: fields.oneOf("activation_function", ACTIVATIONS_BY_NAME, "relu"),
    hasBias: fields.boolean("enable_bias", true),
    isPreNorm,
    hasLastNorm: isPreNorm && !isRemoved,
    maxPositions: fields.integer("max_position_embeddings", 2048),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", true),
    dropout: fields.rate("dropout", 0.1),
    attentionDropout: fields.rate("attention_dropout", 0),
    initializerRange: fields.number("init_std", 0.02),
    ...specialTokens(fields, { bos: 2, eos: 2, pad: 1 }),
  };
}

/** Formats a `config.json` that transformers loads as OPT: {@link parseOptConfig} reads it back. */
export function formatOptConfig(config: OptConfig): Record<string, unknown> {
  checkRecord("formatOptConfig", "config", config);
  return {
    model_type: "opt",
    vocab_size: config.vocabSize,
    hidden_size: config.dModel,
    word_embed_proj_dim: config.dModel,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    ffn_dim: config.ffnDim,
    activation_function: ACTIVATION_NAMES[config.activation],
    enable_bias: config.hasBias,
    do_layer_norm_before: config.isPreNorm,
    ...(config.isPreNorm && !config.hasLastNorm && { _remove_final_layer_norm: true }),
    max_position_embeddings: config.maxPositions,
    tie_word_embeddings: config.tieWordEmbeddings,
    dropout: config.dropout,
    attention_dropout: config.attentionDropout,
    init_std: config.initializerRange,
    ...specialTokenFields(config),
    pad_token_id: config.padTokenId ?? null, // absent is the type's default
  };
}
