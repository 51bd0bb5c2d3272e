import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import { seq2seqTokenFields, seq2seqTokens } from "../../config/seq2seqTokens.ts";
import type { Seq2SeqConfig } from "../../models/seq2seq/config.ts";

/** Config of a Whisper (arXiv:2212.04356; https://huggingface.co/docs/transformers/model_doc/whisper). */
export interface WhisperConfig extends Seq2SeqConfig {
  readonly modelType: "whisper";
  /** M: the number of bands of a spectrogram. */
  readonly numMelBins: number;
  readonly encoderLayers: number;
  readonly encoderHeads: number;
  readonly encoderFfnDim: number;
  readonly decoderLayers: number;
  readonly decoderHeads: number;
  readonly decoderFfnDim: number;
  readonly activation: Activation;
  /** The number of the encoder's states, each of two frames of the spectrogram. */
  readonly maxSourcePositions: number;
  /** The longest target that the model supports, in tokens. */
  readonly maxPositions: number;
  readonly dropout: number;
  readonly attentionDropout: number;
  readonly activationDropout: number;
  /** The width of the median that smooths attention over time where words are timed, odd. */
  readonly medianFilterWidth: number;
  /** Standard deviation of the normal distribution that initializes weight matrices. */
  readonly initializerRange: number;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "whisper". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseWhisperConfig(json: unknown): WhisperConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "whisper");
  const dModel = fields.integer("d_model", 384);
  return {
    modelType: "whisper",
    vocabSize: fields.integer("vocab_size", 51865),
    numMelBins: fields.integer("num_mel_bins", 80),
    dModel,
    encoderLayers: fields.integer("encoder_layers", 4),
    encoderHeads: fields.divisor("encoder_attention_heads", 6, dModel),
    encoderFfnDim: fields.integer("encoder_ffn_dim", 1536),
    decoderLayers: fields.integer("decoder_layers", 4),
    decoderHeads: fields.divisor("decoder_attention_heads", 6, dModel),
    decoderFfnDim: fields.integer("decoder_ffn_dim", 1536),
    activation: fields.oneOf("activation_function", ACTIVATIONS_BY_NAME, "gelu"),
    maxSourcePositions: fields.integer("max_source_positions", 1500),
    maxPositions: fields.integer("max_target_positions", 448),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", true),
    dropout: fields.rate("dropout", 0),
    attentionDropout: fields.rate("attention_dropout", 0),
    activationDropout: fields.rate("activation_dropout", 0),
    medianFilterWidth: fields.integer("median_filter_width", 7),
    initializerRange: fields.number("init_std", 0.02),
    ...seq2seqTokens(fields, { pad: 50256, eos: 50256, start: 50257 }),
  };
}

/** Formats a `config.json` that transformers loads as this model: {@link parseWhisperConfig} reads it back. */
export function formatWhisperConfig(config: WhisperConfig): Record<string, unknown> {
  checkRecord("formatWhisperConfig", "config", config);
  return {
    model_type: "whisper",
    is_encoder_decoder: true,
    vocab_size: config.vocabSize,
    num_mel_bins: config.numMelBins,
    d_model: config.dModel,
    encoder_layers: config.encoderLayers,
    encoder_attention_heads: config.encoderHeads,
    encoder_ffn_dim: config.encoderFfnDim,
    decoder_layers: config.decoderLayers,
    decoder_attention_heads: config.decoderHeads,
    decoder_ffn_dim: config.decoderFfnDim,
    num_hidden_layers: config.encoderLayers,
    activation_function: ACTIVATION_NAMES[config.activation],
    max_source_positions: config.maxSourcePositions,
    max_target_positions: config.maxPositions,
    tie_word_embeddings: config.tieWordEmbeddings,
    dropout: config.dropout,
    attention_dropout: config.attentionDropout,
    activation_dropout: config.activationDropout,
    median_filter_width: config.medianFilterWidth,
    init_std: config.initializerRange,
    ...seq2seqTokenFields(config),
  };
}
