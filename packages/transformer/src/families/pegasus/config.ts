import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import {
  type EncoderDecoderConfig,
  formatEncoderDecoder,
  parseEncoderDecoder,
} from "../../family/encoderDecoderConfig.ts";

/** Config of a PEGASUS (https://huggingface.co/docs/transformers/model_doc/pegasus). */
export interface PegasusConfig extends EncoderDecoderConfig {
  readonly modelType: "pegasus";
  /** Standard deviation of the normal distribution that initializes weight matrices. */
  readonly initializerRange: number;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "pegasus". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parsePegasusConfig(json: unknown): PegasusConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "pegasus");
  const tied = fields.boolean("tie_word_embeddings", true);
  return {
    modelType: "pegasus",
    vocabSize: fields.integer("vocab_size", 50265),
    tieWordEmbeddings: tied,
    shareEncoderDecoderEmbeddings: tied,
    ...parseEncoderDecoder(fields, { pad: 0, eos: 1, start: 0, forcedEos: 1 }),
    initializerRange: fields.number("init_std", 0.02),
  };
}

/** Formats a `config.json` that transformers loads as this model: {@link parsePegasusConfig} reads it back. */
export function formatPegasusConfig(config: PegasusConfig): Record<string, unknown> {
  checkRecord("formatPegasusConfig", "config", config);
  return { ...formatEncoderDecoder(config), init_std: config.initializerRange };
}
