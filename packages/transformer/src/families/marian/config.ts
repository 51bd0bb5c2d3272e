import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import { seq2seqTokenFields, seq2seqTokens } from "../../config/seq2seqTokens.ts";
import type { Seq2SeqConfig } from "../../models/seq2seq/config.ts";

/** Configuration of an encoder-decoder of the Marian family, such as OPUS-MT's (https://marian-nmt.github.io). */
export interface MarianConfig extends Seq2SeqConfig {
  readonly modelType: "marian";
  readonly decoderVocabSize: number;
  readonly shareEncoderDecoderEmbeddings: boolean;
  readonly encoderLayers: number;
  readonly encoderHeads: number;
  readonly encoderFfnDim: number;
  readonly decoderLayers: number;
  readonly decoderHeads: number;
  readonly decoderFfnDim: number;
  readonly activation: Activation;
  readonly maxPositions: number;
  /** Whether embeddings are multiplied by sqrt(dModel). */
  readonly scaleEmbedding: boolean;
  readonly dropout: number;
  readonly attentionDropout: number;
  readonly activationDropout: number;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "marian"
 * (https://huggingface.co/docs/transformers/model_doc/marian). Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseMarianConfig(json: unknown): MarianConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "marian");
  const vocabSize = fields.integer("vocab_size");
  const shared = fields.boolean("share_encoder_decoder_embeddings", true);
  const dModel = fields.integer("d_model", 1024);
  const maxPositions = fields.integer("max_position_embeddings", 1024);
  return {
    modelType: "marian",
    vocabSize,
    // One table for both sides has one size.
    decoderVocabSize: (!shared && fields.optionalInteger("decoder_vocab_size")) || vocabSize,
    shareEncoderDecoderEmbeddings: shared,
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", true),
    dModel,
    encoderLayers: fields.integer("encoder_layers", 12),
    encoderHeads: fields.divisor("encoder_attention_heads", 16, dModel),
    encoderFfnDim: fields.integer("encoder_ffn_dim", 4096),
    decoderLayers: fields.integer("decoder_layers", 12),
    decoderHeads: fields.divisor("decoder_attention_heads", 16, dModel),
    decoderFfnDim: fields.integer("decoder_ffn_dim", 4096),
    activation: fields.oneOf("activation_function", ACTIVATIONS_BY_NAME, "gelu"),
    maxPositions,
    scaleEmbedding: fields.boolean("scale_embedding", false),
    dropout: fields.rate("dropout", 0.1),
    attentionDropout: fields.rate("attention_dropout", 0),
    activationDropout: fields.rate("activation_dropout", 0),
    ...seq2seqTokens(fields, { pad: 58100, eos: 0, start: 58100, forcedEos: 0 }),
  };
}

/** Formats a `config.json` that transformers loads as this model: {@link parseMarianConfig} reads it back. */
export function formatMarianConfig(config: MarianConfig): Record<string, unknown> {
  checkRecord("formatMarianConfig", "config", config);
  return {
    model_type: "marian",
    is_encoder_decoder: true,
    vocab_size: config.vocabSize,
    decoder_vocab_size: config.decoderVocabSize,
    share_encoder_decoder_embeddings: config.shareEncoderDecoderEmbeddings,
    tie_word_embeddings: config.tieWordEmbeddings,
    d_model: config.dModel,
    encoder_layers: config.encoderLayers,
    encoder_attention_heads: config.encoderHeads,
    encoder_ffn_dim: config.encoderFfnDim,
    decoder_layers: config.decoderLayers,
    decoder_attention_heads: config.decoderHeads,
    decoder_ffn_dim: config.decoderFfnDim,
    num_hidden_layers: config.encoderLayers,
    activation_function: ACTIVATION_NAMES[config.activation],
    max_position_embeddings: config.maxPositions,
    scale_embedding: config.scaleEmbedding,
    dropout: config.dropout,
    attention_dropout: config.attentionDropout,
    activation_dropout: config.activationDropout,
    ...seq2seqTokenFields(config),
    forced_eos_token_id: config.forcedEosTokenId ?? null,
  };
}
