import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES } from "../../config/activationNames.ts";
import type { MarianConfig } from "./config.ts";

/** Formats a `config.json` that transformers loads as this model: {@link parseMarianConfig} reads it back. */
export function formatMarianConfig(config: MarianConfig): Record<string, unknown> {
  checkRecord("formatMarianConfig", "config", config);
  return {
    architectures: ["MarianMTModel"],
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
    pad_token_id: config.padTokenId,
    eos_token_id: eosField(config),
    decoder_start_token_id: config.decoderStartTokenId,
    forced_eos_token_id: config.forcedEosTokenId ?? null,
  };
}

/** `eos_token_id`: a number, a list, or null for none. */
export function eosField(config: MarianConfig): number | readonly number[] | null {
  checkRecord("eosField", "config", config);
  const { eosTokenId, eosTokenIds } = config;
  if (eosTokenIds === undefined) return eosTokenId;
  return eosTokenIds.length === 0 ? null : eosTokenIds;
}
