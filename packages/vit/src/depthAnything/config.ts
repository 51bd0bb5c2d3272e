import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "@qkv/transformer";
import type { VitConfig } from "../config.ts";
import { formatVitConfig } from "../formatConfig.ts";
import type { Size } from "../imageModel.ts";
import { parseVitConfig } from "../parseConfig.ts";

/** Config of a Depth Anything (arXiv:2401.10891; https://huggingface.co/docs/transformers/model_doc/depth_anything). */
export interface DepthAnythingConfig {
  readonly modelType: "depth_anything";
  /** A DINOv2. */
  readonly backbone: VitConfig;
  readonly numChannels: number;
  /** The size of the images that the backbone was made for. */
  readonly imageSize: Size;
  readonly patchSize: Size;
  /** The hidden states that are read, in their order: 0 are the embeddings, 1 what the first layer gives. */
  readonly outIndices: readonly number[];
  /** Whether the backbone's last norm is applied to each. */
  readonly isNormed: boolean;
  /** For each, the factor of its map's sides: a whole number, or one over it. */
  readonly reassembleFactors: readonly number[];
  /** The width that each is mapped to. */
  readonly neckWidths: readonly number[];
  /** The width of the maps that are fused. */
  readonly fusionWidth: number;
  readonly headWidth: number;
  /** Which of the fused maps the head reads, counted from the deepest. */
  readonly headIndex: number;
  /** Whether depth is between 0 and `maxDepth` in the unit of the training data, or only nearer and farther. */
  readonly isMetric: boolean;
  readonly maxDepth: number;
  readonly initializerRange: number;
}

const SMALL_BACKBONE = {
  ...{ model_type: "dinov2", image_size: 518, hidden_size: 384, num_attention_heads: 6, patch_size: 14 },
  ...{ out_indices: [9, 10, 11, 12], reshape_hidden_states: false },
};

/**
 * Reads Hugging Face's `config.json` of `model_type` "depth_anything". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseDepthAnythingConfig(json: unknown): DepthAnythingConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "depth_anything");
  if (fields.has("backbone")) fields.fail("backbone", "null, with the backbone's config in backbone_config");
  const given = (json as Record<string, unknown>)["backbone_config"] ?? SMALL_BACKBONE;
  const inner = new ConfigFields(given, "backbone_config.");
  inner.expect("model_type", "dinov2");
  const backbone = parseVitConfig({ patch_size: 14, ...(given as Record<string, unknown>) });
  if (inner.boolean("reshape_hidden_states", true)) inner.fail("reshape_hidden_states", "false");
  const [patch] = fields.size("patch_size", 14);
  if (backbone.patchSize.some((side) => side !== patch))
    fields.fail("patch_size", `${backbone.patchSize[0]}, the backbone's`);
  if (fields.integer("reassemble_hidden_size", 384) !== backbone.dModel) {
    fields.fail("reassemble_hidden_size", `${backbone.dModel}, the backbone's hidden_size`);
  }
  const neckWidths = fields.integers("neck_hidden_sizes", [48, 96, 192, 384]);
  const count = neckWidths.length;
  const outIndices = outIndicesOf(inner, given as Record<string, unknown>, backbone.numLayers);
  if (outIndices.length !== count) inner.fail("out_indices", `${count} stages, as many as neck_hidden_sizes`);
  const head = headIndexOf(fields, json as Record<string, unknown>, count);
  return {
    modelType: "depth_anything",
    backbone,
    numChannels: backbone.numChannels,
    imageSize: backbone.imageSize,
    patchSize: backbone.patchSize,
    outIndices,
    isNormed: inner.boolean("apply_layernorm", true),
    reassembleFactors: factorsOf(fields, count),
    neckWidths,
    fusionWidth: fields.integer("fusion_hidden_size", 64),
    headWidth: fields.integer("head_hidden_size", 32),
    headIndex: head,
    isMetric: fields.oneOf("depth_estimation_type", { relative: false, metric: true }, "relative"),
    maxDepth: fields.number("max_depth", 1),
    initializerRange: fields.number("initializer_range", 0.02),
  };
}

/** The stages by `out_indices`, or by `out_features`: "stage3"; without either the last one. */
function outIndicesOf(fields: ConfigFields, json: Record<string, unknown>, numLayers: number): readonly number[] {
  const given = json["out_indices"];
  const names = fields.optionalStrings("out_features");
  const byName = names?.map((name) => (name === "stem" ? 0 : Number(/^stage(\d+)$/.exec(name)?.[1] ?? NaN)));
  const indices = Array.isArray(given)
    ? given.map((index) => (Number(index) < 0 ? numLayers + 1 + Number(index) : Number(index)))
    : (byName ?? [numLayers]);
  const inOrder = indices.every((index, i) => i === 0 || index > (indices[i - 1] as number));
  const valid = indices.every((index) => Number.isSafeInteger(index) && index >= 0 && index <= numLayers);
  if (!valid || !inOrder) fields.fail("out_indices", `numbers from 0 to ${numLayers}, in their order`);
  if (byName !== undefined && `${byName}` !== `${indices}`) fields.fail("out_features", "the stages of out_indices");
  return indices;
}

function factorsOf(fields: ConfigFields, count: number): readonly number[] {
  if (!fields.has("reassemble_factors") && count === 4) return [4, 2, 1, 0.5];
  const factors = fields.positiveNumbers("reassemble_factors", count);
  const isWhole = (factor: number) => Number.isSafeInteger(factor) || Number.isSafeInteger(1 / factor);
  return factors.every(isWhole) ? factors : fields.fail("reassemble_factors", "whole numbers, or one over them");
}

function headIndexOf(fields: ConfigFields, json: Record<string, unknown>, count: number): number {
  const given = json["head_in_index"] ?? -1;
  const index = Number(given) < 0 ? count + Number(given) : Number(given);
  const valid = Number.isSafeInteger(index) && index >= 0 && index < count;
  return valid ? index : fields.fail("head_in_index", `from ${-count} to ${count - 1}`);
}

/** The fields of the `config.json` that transformers opens as this model: {@link parseDepthAnythingConfig} reads them back. */
export function formatDepthAnythingConfig(config: DepthAnythingConfig): Record<string, unknown> {
  checkRecord("formatDepthAnythingConfig", "config", config);
  const { backbone, outIndices } = config;
  return {
    model_type: "depth_anything",
    backbone_config: {
      ...formatVitConfig(backbone),
      out_indices: outIndices,
      out_features: outIndices.map((index) => (index === 0 ? "stem" : `stage${index}`)),
      apply_layernorm: config.isNormed,
      reshape_hidden_states: false,
    },
    patch_size: config.patchSize[0],
    reassemble_hidden_size: backbone.dModel,
    reassemble_factors: config.reassembleFactors,
    neck_hidden_sizes: config.neckWidths,
    fusion_hidden_size: config.fusionWidth,
    head_hidden_size: config.headWidth,
    head_in_index: config.headIndex,
    depth_estimation_type: config.isMetric ? "metric" : "relative",
    max_depth: config.maxDepth,
    initializer_range: config.initializerRange,
  };
}
