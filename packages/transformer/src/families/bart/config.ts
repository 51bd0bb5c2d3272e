import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import { formatLabels, parseLabels } from "../../config/labels.ts";
import {
  type EncoderDecoderConfig,
  formatEncoderDecoder,
  parseEncoderDecoder,
} from "../../family/encoderDecoderConfig.ts";
import type { Seq2SeqClassifierConfig } from "../../models/seq2seq/classificationModel.ts";

/** The types of BART, as `config.json` names them. */
export const BART_TYPES = ["bart", "mbart"] as const;

/** One of {@link BART_TYPES}. */
export type BartType = (typeof BART_TYPES)[number];

/** Config of a BART or an mBART (https://huggingface.co/docs/transformers/model_doc/bart). */
export interface BartConfig extends EncoderDecoderConfig, Seq2SeqClassifierConfig {
  readonly modelType: BartType;
}

const TYPES: Readonly<Record<string, BartType>> = Object.fromEntries(BART_TYPES.map((type) => [type, type]));

/**
 * Reads Hugging Face's `config.json` of a `model_type` of BART. Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseBartConfig(json: unknown): BartConfig {
  const fields = new ConfigFields(json);
  const modelType = fields.oneOf("model_type", TYPES, "");
  const isBart = modelType === "bart";
  // mBART's targets begin with a language; without one with what generation falls back to.
  const start = isBart ? 2 : (fields.optionalToken("bos_token_id") ?? 0);
  const tied = fields.boolean("tie_word_embeddings", true);
  return {
    modelType,
    vocabSize: fields.integer("vocab_size", 50265),
    tieWordEmbeddings: tied,
    shareEncoderDecoderEmbeddings: tied,
    ...parseEncoderDecoder(fields, { pad: 1, eos: 2, start, forcedEos: 2 }),
    classifierDropout: fields.rate("classifier_dropout", 0),
    initializerRange: fields.number("init_std", 0.02),
    ...parseLabels(fields, isBart ? 3 : 2),
  };
}

/** Formats a `config.json` that transformers loads as this model: {@link parseBartConfig} reads it back. */
export function formatBartConfig(config: BartConfig): Record<string, unknown> {
  checkRecord("formatBartConfig", "config", config);
  return {
    ...formatEncoderDecoder(config),
    classifier_dropout: config.classifierDropout,
    init_std: config.initializerRange,
    ...formatLabels(config),
  };
}
