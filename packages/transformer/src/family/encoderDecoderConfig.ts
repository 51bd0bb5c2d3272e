import type { Activation } from "@qkv/nn";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../config/activationNames.ts";
import type { ConfigFields } from "../config/configFields.ts";
import {
  type Seq2SeqTokenDefaults,
  seq2seqTokenFields,
  type Seq2SeqTokens,
  seq2seqTokens,
} from "../config/seq2seqTokens.ts";
import type { Seq2SeqConfig } from "../models/seq2seq/config.ts";

/** What the config of an encoder-decoder has whose `config.json` has BART's names, as fairseq's models and Marian have. */
export interface EncoderDecoderConfig extends Seq2SeqConfig {
  readonly encoderLayers: number;
  readonly encoderHeads: number;
  readonly encoderFfnDim: number;
  readonly decoderLayers: number;
  readonly decoderHeads: number;
  readonly decoderFfnDim: number;
  readonly activation: Activation;
  /** The number of positions that the model was made for. */
  readonly maxPositions: number;
  /** Whether embeddings are multiplied by sqrt(dModel). */
  readonly scaleEmbedding: boolean;
  readonly dropout: number;
  readonly attentionDropout: number;
  readonly activationDropout: number;
}

/** A type's values of absent fields, those of transformers. */
export interface EncoderDecoderDefaults extends Seq2SeqTokenDefaults {
  /** Default "gelu". */
  readonly activation?: string;
  /** Default false. */
  readonly scaleEmbedding?: boolean;
  /** Default 0. */
  readonly attentionDropout?: number;
}

/** The fields that {@link parseEncoderDecoder} reads: all but those of the vocabulary and its tables. */
export type EncoderDecoderFields = Omit<
  EncoderDecoderConfig,
  "modelType" | "vocabSize" | "decoderVocabSize" | "shareEncoderDecoderEmbeddings" | "tieWordEmbeddings"
>;

/**
 * Reads the fields of an encoder-decoder whose `config.json` has BART's names. Absent fields have the type's defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseEncoderDecoder(
  fields: ConfigFields,
  { activation = "gelu", scaleEmbedding = false, attentionDropout = 0, ...tokens }: EncoderDecoderDefaults,
): EncoderDecoderFields {
  const dModel = fields.integer("d_model", 1024);
  return {
    dModel,
    encoderLayers: fields.integer("encoder_layers", 12),
    encoderHeads: fields.divisor("encoder_attention_heads", 16, dModel),
    encoderFfnDim: fields.integer("encoder_ffn_dim", 4096),
    decoderLayers: fields.integer("decoder_layers", 12),
    decoderHeads: fields.divisor("decoder_attention_heads", 16, dModel),
    decoderFfnDim: fields.integer("decoder_ffn_dim", 4096),
    activation: fields.oneOf("activation_function", ACTIVATIONS_BY_NAME, activation),
    maxPositions: fields.integer("max_position_embeddings", 1024),
    scaleEmbedding: fields.boolean("scale_embedding", scaleEmbedding),
    dropout: fields.rate("dropout", 0.1),
    attentionDropout: fields.rate("attention_dropout", attentionDropout),
    activationDropout: fields.rate("activation_dropout", 0),
    ...seq2seqTokens(fields, tokens),
  };
}

/** Formats the fields that {@link parseEncoderDecoder} reads, with the type and the sizes of the tables. */
export function formatEncoderDecoder(config: EncoderDecoderConfig & Seq2SeqTokens): Record<string, unknown> {
  return {
    model_type: config.modelType,
    is_encoder_decoder: true,
    vocab_size: config.vocabSize,
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
