import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import type { EncoderConfig } from "../../models/encoder/config.ts";
import { formatEncoderFields, parseEncoderFields } from "../../models/encoder/encoderFields.ts";
import type { EncoderLayers } from "../../models/encoder/postNormBlocks.ts";

/** Scores by distance, beside those of contents: of a query with a position (`c2p`), of a position with a key (`p2c`). */
export const DISENTANGLED_SCORES = ["p2c", "c2p"] as const;

/** One of {@link DISENTANGLED_SCORES}. */
export type DisentangledScoreName = (typeof DISENTANGLED_SCORES)[number];

/** Learned vectors of distances between tokens, which the scores of every layer read. */
export interface RelativeVectors {
  /** S: distances from -S on have a vector each, further ones the last one's; 2 S vectors in all. */
  readonly span: number;
  /** The distance that the last bucket reaches, where distances above S / 2 share vectors in logarithmic steps. */
  readonly logReach?: number;
  readonly isNormed: boolean;
  /** Whether they are mapped by each layer's own maps of queries and keys, and not by maps for positions. */
  readonly sharesMaps: boolean;
}

/**
 * Config of a DeBERTa v2 or v3 (arXiv:2006.03654, arXiv:2111.09543;
 * https://huggingface.co/docs/transformers/model_doc/deberta-v2).
 */
export interface DebertaV2Config extends EncoderConfig, EncoderLayers {
  readonly modelType: "deberta-v2";
  readonly dModel: number;
  readonly initializerRange: number;
  /** Number of kinds of segments; 0: tokens have none. */
  readonly numTokenTypes: number;
  /** Whether a token enters the first layer with a vector of its position. */
  readonly absolutePositions: boolean;
  /** Absent: the layers see no distances. */
  readonly relative?: RelativeVectors;
  /** The scores by distance; they divide the scores of contents, too, where there are no vectors of distances. */
  readonly scores: readonly DisentangledScoreName[];
  readonly poolerActivation: Activation;
  /** Probability of dropping a value before the pooler, and after it. The second absent: `dropout`. */
  readonly poolerDropout: number;
  readonly classifierDropout?: number;
  /** Whether the output layer of the masked language model has the form of transformers before 4.49. */
  readonly legacy: boolean;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "deberta-v2". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseDebertaV2Config(json: unknown): DebertaV2Config {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "deberta-v2");
  const shared = parseEncoderFields(fields, DEFAULTS);
  const { dModel, numHeads } = shared;
  expectSize(fields, "embedding_size", dModel);
  expectSize(fields, "pooler_hidden_size", dModel);
  expectSize(fields, "attention_head_size", dModel / numHeads);
  expectSize(fields, "conv_kernel_size", 0);
  const maxPositions = fields.integer("max_position_embeddings", 512);
  const relative = parseRelative(fields, maxPositions);
  return {
    modelType: "deberta-v2",
    ...shared,
    maxPositions,
    numTokenTypes: fields.integer("type_vocab_size", 0),
    absolutePositions: fields.boolean("position_biased_input", true),
    ...(relative && { relative }),
    scores: scoresOf(fields),
    poolerActivation: fields.oneOf("pooler_hidden_act", ACTIVATIONS_BY_NAME, "gelu"),
    poolerDropout: fields.rate("pooler_dropout", 0),
    ...(fields.has("cls_dropout") && { classifierDropout: fields.rate("cls_dropout", 0) }),
    legacy: fields.boolean("legacy", true),
  };
}

const DEFAULTS = {
  vocabSize: 128100,
  padTokenId: 0,
  dModel: 1536,
  numLayers: 24,
  numHeads: 24,
  ffnDim: 6144,
  normEps: 1e-7,
};

function expectSize(fields: ConfigFields, name: string, size: number): void {
  if ((fields.optionalInteger(name) ?? size) !== size) fields.fail(name, `absent or ${size}`);
}

function parseRelative(fields: ConfigFields, maxPositions: number): RelativeVectors | undefined {
  if (!fields.boolean("relative_attention", false)) return undefined;
  const reach = fields.optionalToken("max_relative_positions") || maxPositions;
  const buckets = fields.optionalToken("position_buckets") || undefined;
  if (buckets !== undefined && (buckets < 2 || reach - 1 <= Math.floor(buckets / 2))) {
    fields.fail("position_buckets", `at least 2, and less than twice max_relative_positions, ${reach}`);
  }
  return {
    span: buckets ?? reach,
    ...(buckets !== undefined && { logReach: reach }),
    isNormed: partsOf(fields.optionalString("norm_rel_ebd") ?? "none").includes("layer_norm"),
    sharesMaps: fields.boolean("share_att_key", false),
  };
}

function scoresOf(fields: ConfigFields): readonly DisentangledScoreName[] {
  const given = fields.isString("pos_att_type")
    ? partsOf(fields.optionalString("pos_att_type") ?? "")
    : (fields.optionalStrings("pos_att_type") ?? []);
  return DISENTANGLED_SCORES.filter((name) => given.includes(name)); // transformers passes over any other
}

function partsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split("|")
    .map((part) => part.trim());
}

/** Formats a `config.json` that transformers loads as DeBERTa v2: {@link parseDebertaV2Config} reads it back. */
export function formatDebertaV2Config(config: DebertaV2Config): Record<string, unknown> {
  checkRecord("formatDebertaV2Config", "config", config);
  const { relative, maxPositions } = config;
  const reach = relative?.logReach ?? relative?.span;
  return {
    model_type: "deberta-v2",
    ...formatEncoderFields(config),
    max_position_embeddings: config.maxPositions,
    type_vocab_size: config.numTokenTypes,
    position_biased_input: config.absolutePositions,
    relative_attention: relative !== undefined,
    ...(relative && {
      max_relative_positions: reach === maxPositions ? -1 : reach,
      position_buckets: relative.logReach === undefined ? -1 : relative.span,
      norm_rel_ebd: relative.isNormed ? "layer_norm" : "none",
      share_att_key: relative.sharesMaps,
    }),
    pos_att_type: config.scores,
    pooler_hidden_act: ACTIVATION_NAMES[config.poolerActivation],
    pooler_dropout: config.poolerDropout,
    pooler_hidden_size: config.dModel,
    ...(config.classifierDropout !== undefined && { cls_dropout: config.classifierDropout }),
    legacy: config.legacy,
  };
}
