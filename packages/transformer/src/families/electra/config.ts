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

/** Config of an ELECTRA (arXiv:2003.10555; https://huggingface.co/docs/transformers/model_doc/electra). */
export interface ElectraConfig extends EncoderConfig, EncoderLayers, ClassifierDropout {
  readonly modelType: "electra";
  readonly dModel: number;
  readonly initializerRange: number;
  /** E', the width of the tables of embeddings; another than that of the layers is mapped to it. */
  readonly embeddingDim: number;
  /** Number of kinds of segments: the first text of a pair, and the second. */
  readonly numTokenTypes: number;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "electra". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseElectraConfig(json: unknown): ElectraConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "electra");
  fields.oneOf("position_embedding_type", { absolute: true }, "absolute");
  return {
    modelType: "electra",
    ...parseEncoderFields(fields, { vocabSize: 30522, padTokenId: 0, dModel: 256, numHeads: 4, ffnDim: 1024 }),
    embeddingDim: fields.integer("embedding_size", 128),
    maxPositions: fields.integer("max_position_embeddings", 512),
    numTokenTypes: fields.integer("type_vocab_size", 2),
    ...parseClassifierDropout(fields),
  };
}

/** Formats a `config.json` that transformers loads as ELECTRA: {@link parseElectraConfig} reads it back. */
export function formatElectraConfig(config: ElectraConfig): Record<string, unknown> {
  checkRecord("formatElectraConfig", "config", config);
  return {
    model_type: "electra",
    ...formatEncoderFields(config),
    embedding_size: config.embeddingDim,
    max_position_embeddings: config.maxPositions,
    type_vocab_size: config.numTokenTypes,
    classifier_dropout: config.classifierDropout ?? null,
  };
}
