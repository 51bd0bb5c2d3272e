import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import { formatLabels, type Labels, parseLabels } from "../../config/labels.ts";

/** Config of a BERT (arXiv:1810.04805; https://huggingface.co/docs/transformers/model_doc/bert). */
export interface BertConfig extends Labels {
  readonly modelType: "bert";
  readonly vocabSize: number;
  /** E */
  readonly dModel: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  /** The longest text that the model supports, in tokens. */
  readonly maxPositions: number;
  /** Number of kinds of segments: the first text of a pair, and the second. */
  readonly numTokenTypes: number;
  readonly normEps: number;
  /** Whether the output layer of the masked language model shares the embedding's weight. */
  readonly tieWordEmbeddings: boolean;
  /** Probability of dropping a value while training: of embeddings and sublayers, of attention probabilities. */
  readonly dropout: number;
  readonly attentionDropout: number;
  /** The same before a classifier. Absent: `dropout`. */
  readonly classifierDropout?: number;
  /** Standard deviation of the normal distribution that initializes weight matrices. */
  readonly initializerRange: number;
  readonly padTokenId: number;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "bert". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseBertConfig(json: unknown): BertConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "bert");
  const dModel = fields.integer("hidden_size", 768);
  fields.oneOf("position_embedding_type", { absolute: true }, "absolute");
  for (const name of ["is_decoder", "add_cross_attention"]) {
    if (fields.boolean(name, false)) fields.fail(name, "false");
  }
  return {
    modelType: "bert",
    vocabSize: fields.integer("vocab_size", 30522),
    dModel,
    numLayers: fields.integer("num_hidden_layers", 12),
    numHeads: fields.divisor("num_attention_heads", 12, dModel),
    ffnDim: fields.integer("intermediate_size", 3072),
    activation: fields.oneOf("hidden_act", ACTIVATIONS_BY_NAME, "gelu"),
    maxPositions: fields.integer("max_position_embeddings", 512),
    numTokenTypes: fields.integer("type_vocab_size", 2),
    normEps: fields.number("layer_norm_eps", 1e-12),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", true),
    dropout: fields.rate("hidden_dropout_prob", 0.1),
    attentionDropout: fields.rate("attention_probs_dropout_prob", 0.1),
    ...(fields.has("classifier_dropout") && { classifierDropout: fields.rate("classifier_dropout", 0) }),
    initializerRange: fields.number("initializer_range", 0.02),
    padTokenId: fields.integer("pad_token_id", 0),
    ...parseLabels(fields),
  };
}

/** Formats a `config.json` that transformers loads as BERT: {@link parseBertConfig} reads it back. */
export function formatBertConfig(config: BertConfig): Record<string, unknown> {
  checkRecord("formatBertConfig", "config", config);
  return {
    model_type: "bert",
    vocab_size: config.vocabSize,
    hidden_size: config.dModel,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    intermediate_size: config.ffnDim,
    hidden_act: ACTIVATION_NAMES[config.activation],
    max_position_embeddings: config.maxPositions,
    type_vocab_size: config.numTokenTypes,
    layer_norm_eps: config.normEps,
    tie_word_embeddings: config.tieWordEmbeddings,
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: config.attentionDropout,
    classifier_dropout: config.classifierDropout ?? null,
    initializer_range: config.initializerRange,
    pad_token_id: config.padTokenId,
    ...formatLabels(config),
  };
}
