import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import {
  type EncoderDecoderConfig,
  formatEncoderDecoder,
  parseEncoderDecoder,
} from "../../family/encoderDecoderConfig.ts";

/** Config of an M2M100 (https://huggingface.co/docs/transformers/model_doc/m2m_100), which NLLB-200 has too. */
export interface M2m100Config extends EncoderDecoderConfig {
  readonly modelType: "m2m_100";
  /** Standard deviation of the normal distribution that initializes weight matrices. */
  readonly initializerRange: number;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "m2m_100". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseM2m100Config(json: unknown): M2m100Config {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "m2m_100");
  const tied = fields.boolean("tie_word_embeddings", true);
  if (fields.integer("d_model", 1024) < 4)
    fields.fail("d_model", "at least 4, as its sines have two frequencies or more");
  return {
    modelType: "m2m_100",
    vocabSize: fields.integer("vocab_size", 128112),
    tieWordEmbeddings: tied,
    shareEncoderDecoderEmbeddings: tied,
    ...parseEncoderDecoder(fields, {
      activation: "relu",
      scaleEmbedding: true,
      attentionDropout: 0.1,
      pad: 1,
      eos: 2,
      start: 2,
    }),
    initializerRange: fields.number("init_std", 0.02),
  };
}

/** Formats a `config.json` that transformers loads as this model: {@link parseM2m100Config} reads it back. */
export function formatM2m100Config(config: M2m100Config): Record<string, unknown> {
  checkRecord("formatM2m100Config", "config", config);
  return { ...formatEncoderDecoder(config), init_std: config.initializerRange };
}
