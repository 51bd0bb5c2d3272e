import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import type { EncoderConfig } from "../../models/encoder/config.ts";
import { formatEncoderFields, parseEncoderFields } from "../../models/encoder/encoderFields.ts";
import type { EncoderLayers } from "../../models/encoder/postNormBlocks.ts";

/** Config of an ALBERT (arXiv:1909.11942; https://huggingface.co/docs/transformers/model_doc/albert). */
export interface AlbertConfig extends EncoderConfig, EncoderLayers {
  readonly modelType: "albert";
  readonly dModel: number;
  readonly initializerRange: number;
  /** E', the width of the tables of embeddings, which are mapped to that of the layers. */
  readonly embeddingDim: number;
  /** Number of groups of layers: those of a group run again and again with the same parameters. */
  readonly numGroups: number;
  /** Number of layers of a group, each with its own parameters: there are `numLayers` times as many runs of a layer. */
  readonly layersPerGroup: number;
  /** Number of kinds of segments: the first text of a pair, and the second. */
  readonly numTokenTypes: number;
  /** Probability of dropping a value before a classifier while training. */
  readonly classifierDropout: number;
}

const DEFAULTS = {
  ...{ vocabSize: 30000, padTokenId: 0, dModel: 4096, numHeads: 64, ffnDim: 16384 },
  ...{ activation: "gelu_new", dropout: 0 },
} as const;

/**
 * Reads Hugging Face's `config.json` of `model_type` "albert". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseAlbertConfig(json: unknown): AlbertConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "albert");
  fields.oneOf("position_embedding_type", { absolute: true }, "absolute");
  const shared = parseEncoderFields(fields, DEFAULTS);
  const numGroups = fields.integer("num_hidden_groups", 1);
  if (numGroups > shared.numLayers) {
    fields.fail("num_hidden_groups", `at most num_hidden_layers, ${shared.numLayers}: no group may be idle`);
  }
  return {
    modelType: "albert",
    ...shared,
    embeddingDim: fields.integer("embedding_size", 128),
    numGroups,
    layersPerGroup: fields.integer("inner_group_num", 1),
    maxPositions: fields.integer("max_position_embeddings", 512),
    numTokenTypes: fields.integer("type_vocab_size", 2),
    classifierDropout: fields.rate("classifier_dropout_prob", 0.1),
  };
}

/** Formats a `config.json` that transformers loads as ALBERT: {@link parseAlbertConfig} reads it back. */
export function formatAlbertConfig(config: AlbertConfig): Record<string, unknown> {
  checkRecord("formatAlbertConfig", "config", config);
  return {
    model_type: "albert",
    ...formatEncoderFields(config),
    embedding_size: config.embeddingDim,
    num_hidden_groups: config.numGroups,
    inner_group_num: config.layersPerGroup,
    max_position_embeddings: config.maxPositions,
    type_vocab_size: config.numTokenTypes,
    classifier_dropout_prob: config.classifierDropout,
  };
}
