import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import type { EncoderConfig } from "../../models/encoder/config.ts";
import { formatEncoderFields, parseEncoderFields } from "../../models/encoder/encoderFields.ts";
import type { EncoderLayers } from "../../models/encoder/postNormBlocks.ts";

/**
 * Config of an MPNet (arXiv:2004.09297; https://huggingface.co/docs/transformers/model_doc/mpnet): positions as RoBERTa counts
 * them, and learned biases of distances beside.
 */
export interface MpnetConfig extends EncoderConfig, EncoderLayers {
  readonly modelType: "mpnet";
  readonly dModel: number;
  readonly initializerRange: number;
  /** Number of rows of the table of distances, of which 32 are read. */
  readonly relativeRows: number;
}

/** Number of buckets of distances, whatever the table has (transformers' `compute_position_bias`). */
export const MPNET_BUCKETS = 32;

/** The token without a position, whatever `pad_token_id` is (transformers' `MPNetEmbeddings`). */
export const MPNET_PADDING = 1;

/**
 * Reads Hugging Face's `config.json` of `model_type` "mpnet". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseMpnetConfig(json: unknown): MpnetConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "mpnet");
  const maxPositions = fields.integer("max_position_embeddings", 512) - MPNET_PADDING - 1;
  if (maxPositions < 1) fields.fail("max_position_embeddings", `more than ${MPNET_PADDING + 1}`);
  const relativeRows = fields.integer("relative_attention_num_buckets", MPNET_BUCKETS);
  if (relativeRows < MPNET_BUCKETS) fields.fail("relative_attention_num_buckets", `at least ${MPNET_BUCKETS}`);
  return {
    modelType: "mpnet",
    ...parseEncoderFields(fields, { vocabSize: 30527, padTokenId: 1 }),
    maxPositions,
    relativeRows,
  };
}

/** Formats a `config.json` that transformers loads as MPNet: {@link parseMpnetConfig} reads it back. */
export function formatMpnetConfig(config: MpnetConfig): Record<string, unknown> {
  checkRecord("formatMpnetConfig", "config", config);
  return {
    model_type: "mpnet",
    ...formatEncoderFields(config),
    max_position_embeddings: config.maxPositions + MPNET_PADDING + 1,
    relative_attention_num_buckets: config.relativeRows,
  };
}
