import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import type { EncoderConfig } from "../../models/encoder/config.ts";
import {
  type ClassifierDropout,
  formatEncoderFields,
  parseClassifierDropout,
  parseEncoderFields,
} from "../../models/encoder/encoderFields.ts";
import type { EncoderLayers } from "../../models/encoder/postNormBlocks.ts";

/** Config of a BERT (arXiv:1810.04805; https://huggingface.co/docs/transformers/model_doc/bert). */
export interface BertConfig extends EncoderConfig, EncoderLayers, ClassifierDropout {
  readonly modelType: "bert";
  readonly dModel: number;
  readonly initializerRange: number;
  /** Number of kinds of segments: the first text of a pair, and the second. */
  readonly numTokenTypes: number;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "bert". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseBertConfig(json: unknown): BertConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "bert");
  fields.oneOf("position_embedding_type", { absolute: true }, "absolute");
  return {
    modelType: "bert",
    ...parseEncoderFields(fields, { vocabSize: 30522, padTokenId: 0 }),
    maxPositions: fields.integer("max_position_embeddings", 512),
    numTokenTypes: fields.integer("type_vocab_size", 2),
    ...parseClassifierDropout(fields),
  };
}

/** Formats a `config.json` that transformers loads as BERT: {@link parseBertConfig} reads it back. */
export function formatBertConfig(config: BertConfig): Record<string, unknown> {
  checkRecord("formatBertConfig", "config", config);
  return {
    model_type: "bert",
    ...formatEncoderFields(config),
    max_position_embeddings: config.maxPositions,
    type_vocab_size: config.numTokenTypes,
    classifier_dropout: config.classifierDropout ?? null,
  };
}
