import { checkRecord } from "@qkv/ops";
import type { Activation } from "@qkv/nn";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import { specialTokens, specialTokenFields } from "../../config/specialTokens.ts";
import type { CausalConfig } from "../../models/causal/config.ts";

/** Config of a GPT-2 (https://huggingface.co/docs/transformers/model_doc/gpt2). */
export interface Gpt2Config extends CausalConfig {
  readonly modelType: "gpt2";
  readonly numLayers: number;
  readonly numHeads: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  readonly normEps: number;
  /** Whether scores are divided by the square root of the head's width. */
  readonly scaleScores: boolean;
  /** Whether scores are divided by the layer's number too, from 1 (Stanford's Mistral). */
  readonly scaleScoresByLayer: boolean;
  /** Probability of dropping a value while training: of embeddings, of a sublayer's output, of attention probabilities. */
  readonly embeddingDropout: number;
  readonly dropout: number;
  readonly attentionDropout: number;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "gpt2". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseGpt2Config(json: unknown): Gpt2Config {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "gpt2");
  const dModel = fields.integer("n_embd", 768);
  const numHeads = fields.divisor("n_head", 12, dModel);
  // Both only change in what order single-precision numbers are multiplied, or add layers that a text alone never uses.
  for (const name of ["reorder_and_upcast_attn", "add_cross_attention"]) fields.boolean(name, false);
  return {
    modelType: "gpt2",
    vocabSize: fields.integer("vocab_size", 50257),
    dModel,
    numHeads,
    numLayers: fields.integer("n_layer", 12),
    ffnDim: fields.integer("n_inner", 4 * dModel),
    activation: fields.oneOf("activation_function", ACTIVATIONS_BY_NAME, "gelu_new"),
    normEps: fields.number("layer_norm_epsilon", 1e-5),
    scaleScores: fields.boolean("scale_attn_weights", true),
    scaleScoresByLayer: fields.boolean("scale_attn_by_inverse_layer_idx", false),
    maxPositions: fields.integer("n_positions", 1024),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", true),
    embeddingDropout: fields.rate("embd_pdrop", 0.1),
    dropout: fields.rate("resid_pdrop", 0.1),
    attentionDropout: fields.rate("attn_pdrop", 0.1),
    initializerRange: fields.number("initializer_range", 0.02),
    ...specialTokens(fields, { bos: 50256, eos: 50256 }),
  };
}

/** Formats a `config.json` that transformers loads as GPT-2: {@link parseGpt2Config} reads it back. */
export function formatGpt2Config(config: Gpt2Config): Record<string, unknown> {
  checkRecord("formatGpt2Config", "config", config);
  return {
    model_type: "gpt2",
    vocab_size: config.vocabSize,
    n_positions: config.maxPositions,
    n_embd: config.dModel,
    n_layer: config.numLayers,
    n_head: config.numHeads,
    n_inner: config.ffnDim,
    activation_function: ACTIVATION_NAMES[config.activation],
    layer_norm_epsilon: config.normEps,
    initializer_range: config.initializerRange,
    embd_pdrop: config.embeddingDropout,
    resid_pdrop: config.dropout,
    attn_pdrop: config.attentionDropout,
    tie_word_embeddings: config.tieWordEmbeddings,
    ...(!config.scaleScores && { scale_attn_weights: false }),
    ...(config.scaleScoresByLayer && { scale_attn_by_inverse_layer_idx: true }),
    ...specialTokenFields(config),
  };
}
