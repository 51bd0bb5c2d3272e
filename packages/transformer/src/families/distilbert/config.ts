import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import { formatLabels, parseLabels } from "../../config/labels.ts";
import type { EncoderConfig } from "../../models/encoder/config.ts";

/** Config of a DistilBERT (arXiv:1910.01108; https://huggingface.co/docs/transformers/model_doc/distilbert). */
export interface DistilBertConfig extends EncoderConfig {
  readonly modelType: "distilbert";
  readonly numLayers: number;
  readonly numHeads: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  /** Whether positions start as sines and cosines; they are learned from there. */
  readonly sinusoidalPositions: boolean;
  /** Probability of dropping a value while training: of embeddings and sublayers, of attention probabilities. */
  readonly dropout: number;
  readonly attentionDropout: number;
  /** The same before a classifier of texts, and before the map to answers. */
  readonly classifierDropout: number;
  readonly answerDropout: number;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "distilbert". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseDistilBertConfig(json: unknown): DistilBertConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "distilbert");
  // transformers takes these under BERT's names, too
  const size = (name: string, alias: string, fallback: number) =>
    fields.integer(name, fields.optionalInteger(alias) ?? fallback);
  const dModel = size("dim", "hidden_size", 768);
  return {
    modelType: "distilbert",
    vocabSize: fields.integer("vocab_size", 30522),
    dModel,
    numLayers: size("n_layers", "num_hidden_layers", 6),
    numHeads: fields.divisor("n_heads", fields.optionalInteger("num_attention_heads") ?? 12, dModel),
    ffnDim: fields.integer("hidden_dim", 3072),
    activation: fields.oneOf("activation", ACTIVATIONS_BY_NAME, "gelu"),
    maxPositions: fields.integer("max_position_embeddings", 512),
    sinusoidalPositions: fields.boolean("sinusoidal_pos_embds", false),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", true),
    dropout: fields.rate("dropout", 0.1),
    attentionDropout: fields.rate("attention_dropout", 0.1),
    classifierDropout: fields.rate("seq_classif_dropout", 0.2),
    answerDropout: fields.rate("qa_dropout", 0.1),
    initializerRange: fields.number("initializer_range", 0.02),
    padTokenId: fields.integer("pad_token_id", 0),
    ...parseLabels(fields),
  };
}

/** Formats a `config.json` that transformers loads as DistilBERT: {@link parseDistilBertConfig} reads it back. */
export function formatDistilBertConfig(config: DistilBertConfig): Record<string, unknown> {
  checkRecord("formatDistilBertConfig", "config", config);
  return {
    model_type: "distilbert",
    vocab_size: config.vocabSize,
    dim: config.dModel,
    n_layers: config.numLayers,
    n_heads: config.numHeads,
    hidden_dim: config.ffnDim,
    activation: ACTIVATION_NAMES[config.activation],
    max_position_embeddings: config.maxPositions,
    sinusoidal_pos_embds: config.sinusoidalPositions,
    tie_word_embeddings: config.tieWordEmbeddings,
    dropout: config.dropout,
    attention_dropout: config.attentionDropout,
    seq_classif_dropout: config.classifierDropout,
    qa_dropout: config.answerDropout,
    initializer_range: config.initializerRange,
    pad_token_id: config.padTokenId,
    ...formatLabels(config),
  };
}
