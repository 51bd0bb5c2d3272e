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

/** `model_type` of RoBERTa and of what was trained as it was, on other languages. */
export const ROBERTA_TYPES = ["roberta", "xlm-roberta", "camembert"] as const;

/** One of {@link ROBERTA_TYPES}. */
export type RobertaType = (typeof ROBERTA_TYPES)[number];

/**
 * Config of a RoBERTa, XLM-RoBERTa or CamemBERT (arXiv:1907.11692; https://huggingface.co/docs/transformers/model_doc/roberta).
 * Positions count from the padding token's id plus 1 on, and padding has none.
 */
export interface RobertaConfig extends EncoderConfig, EncoderLayers, ClassifierDropout {
  readonly modelType: RobertaType;
  readonly dModel: number;
  readonly initializerRange: number;
  /** Number of kinds of segments. */
  readonly numTokenTypes: number;
}

const VOCABULARY: Readonly<Record<RobertaType, number>> = { roberta: 50265, "xlm-roberta": 30522, camembert: 30522 };

/**
 * Reads Hugging Face's `config.json` of a `model_type` of {@link ROBERTA_TYPES}. Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseRobertaConfig(json: unknown): RobertaConfig {
  const fields = new ConfigFields(json);
  const modelType = fields.oneOf("model_type", Object.fromEntries(ROBERTA_TYPES.map((each) => [each, each])), "");
  fields.oneOf("position_embedding_type", { absolute: true }, "absolute");
  if (fields.isNull("pad_token_id")) fields.fail("pad_token_id", "a whole number, from which positions count");
  const shared = parseEncoderFields(fields, { vocabSize: VOCABULARY[modelType], padTokenId: 1 });
  const rows = fields.integer("max_position_embeddings", 512);
  const maxPositions = rows - shared.padTokenId - 1;
  if (maxPositions < 1) fields.fail("max_position_embeddings", `more than pad_token_id + 1, ${shared.padTokenId + 1}`);
  return {
    modelType,
    ...shared,
    maxPositions,
    numTokenTypes: fields.integer("type_vocab_size", 2),
    ...parseClassifierDropout(fields),
  };
}

/** Formats a `config.json` that transformers loads as its type: {@link parseRobertaConfig} reads it back. */
export function formatRobertaConfig(config: RobertaConfig): Record<string, unknown> {
  checkRecord("formatRobertaConfig", "config", config);
  return {
    model_type: config.modelType,
    ...formatEncoderFields(config),
    max_position_embeddings: config.maxPositions + config.padTokenId + 1,
    type_vocab_size: config.numTokenTypes,
    classifier_dropout: config.classifierDropout ?? null,
  };
}
