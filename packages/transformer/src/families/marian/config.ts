import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import {
  type EncoderDecoderConfig,
  formatEncoderDecoder,
  parseEncoderDecoder,
} from "../../family/encoderDecoderConfig.ts";

/** Configuration of an encoder-decoder of the Marian family, such as OPUS-MT's (https://marian-nmt.github.io). */
export interface MarianConfig extends EncoderDecoderConfig {
  readonly modelType: "marian";
  readonly decoderVocabSize: number;
  readonly shareEncoderDecoderEmbeddings: boolean;
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
  return {
    modelType: "marian",
    vocabSize,
    // One table for both sides has one size.
    decoderVocabSize: (!shared && fields.optionalInteger("decoder_vocab_size")) || vocabSize,
    shareEncoderDecoderEmbeddings: shared,
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", true),
    ...parseEncoderDecoder(fields, { pad: 58100, eos: 0, start: 58100, forcedEos: 0 }),
  };
}

/** Formats a `config.json` that transformers loads as this model: {@link parseMarianConfig} reads it back. */
export function formatMarianConfig(config: MarianConfig): Record<string, unknown> {
  checkRecord("formatMarianConfig", "config", config);
  return {
    ...formatEncoderDecoder(config),
    decoder_vocab_size: config.decoderVocabSize,
    share_encoder_decoder_embeddings: config.shareEncoderDecoderEmbeddings,
  };
}
