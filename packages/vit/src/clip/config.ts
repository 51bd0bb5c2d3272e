import { checkRecord } from "@qkv/ops";
import { ConfigFields, formatLabels } from "@qkv/transformer";
import type { TextTowerConfig, TowerClassifierConfig, TwoTowerConfig, VisionTowerConfig } from "../twoTower/config.ts";
import { formatImage, formatTower, imageFields, towerFields, withClasses } from "../twoTower/towerFields.ts";

/** The id of the end that configs of before 2023 name, whatever the tokenizer has: the end is then the highest id. */
const WRONG_END = 2;

const DEFAULTS = { activation: "quick_gelu", layerNormEps: 1e-5 };

/**
 * Reads Hugging Face's `config.json` of `model_type` "clip" (https://huggingface.co/docs/transformers/model_doc/clip).
 *
 * @throws ConfigError naming the field
 */
export function parseClipConfig(json: unknown): TwoTowerConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "clip");
  // Older files have their fields in `text_config_dict`, which counts where there is one.
  const tower = (name: string) =>
    fields.optionalObject(`${name}_config_dict`) ?? fields.optionalObject(`${name}_config`) ?? new ConfigFields({});
  return {
    modelType: "clip",
    text: textTower(tower("text")),
    vision: visionTower(tower("vision")),
    projectionDim: fields.integer("projection_dim", 512),
    logitScale: fields.number("logit_scale_init_value", 2.6592),
    scoring: "softmax",
  };
}

/** The same of a classifier of images, with its classes. */
export function parseClipClassifierConfig(json: unknown): TowerClassifierConfig {
  return withClasses(parseClipConfig(json), json);
}

/** The same of `model_type` "clip_text_model". */
export function parseClipTextConfig(json: unknown): TextTowerConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "clip_text_model");
  return textTower(fields);
}

/** The same of `model_type` "clip_vision_model". */
export function parseClipVisionConfig(json: unknown): VisionTowerConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "clip_vision_model");
  return visionTower(fields);
}

function textTower(fields: ConfigFields): TextTowerConfig {
  const eosTokenId = fields.integer("eos_token_id", 49407);
  return {
    modelType: "clip_text_model",
    ...towerFields(fields, { ...DEFAULTS, dModel: 512, numHeads: 8, ffnDim: 2048 }),
    initializerRange: fields.number("initializer_range", 0.02),
    vocabSize: fields.integer("vocab_size", 49408),
    maxPositions: fields.integer("max_position_embeddings", 77),
    padTokenId: fields.integer("pad_token_id", 1),
    bosTokenId: fields.integer("bos_token_id", 49406),
    eosTokenId,
    pooling: eosTokenId === WRONG_END ? "highest" : "end",
    projectionDim: fields.integer("projection_dim", 512),
  };
}

function visionTower(fields: ConfigFields): VisionTowerConfig {
  return {
    modelType: "clip_vision_model",
    ...towerFields(fields, { ...DEFAULTS, dModel: 768, numHeads: 12, ffnDim: 3072 }),
    ...imageFields(fields, 32),
    initializerRange: fields.number("initializer_range", 0.02),
    pooling: "class",
    projectionDim: fields.integer("projection_dim", 512),
  };
}

/** The fields of the `config.json` that transformers opens as this model: {@link parseClipConfig} reads them back. */
export function formatClipConfig(config: TwoTowerConfig): Record<string, unknown> {
  checkRecord("formatClipConfig", "config", config);
  return {
    model_type: "clip",
    text_config: formatClipText(config.text),
    vision_config: formatClipVision(config.vision),
    projection_dim: config.projectionDim,
    logit_scale_init_value: config.logitScale,
  };
}

/** The same of {@link parseClipClassifierConfig}. */
export function formatClipClassifierConfig(config: TowerClassifierConfig): Record<string, unknown> {
  return { ...formatClipConfig(config), ...formatLabels(config) };
}

/** The same of {@link parseClipTextConfig}. */
export function formatClipText(config: TextTowerConfig): Record<string, unknown> {
  checkRecord("formatClipText", "config", config);
  return {
    ...formatTower(config),
    vocab_size: config.vocabSize,
    max_position_embeddings: config.maxPositions,
    pad_token_id: config.padTokenId,
    bos_token_id: config.bosTokenId,
    eos_token_id: config.eosTokenId,
    projection_dim: config.projectionDim,
  };
}

/** The same of {@link parseClipVisionConfig}. */
export function formatClipVision(config: VisionTowerConfig): Record<string, unknown> {
  checkRecord("formatClipVision", "config", config);
  return { ...formatTower(config), ...formatImage(config), projection_dim: config.projectionDim };
}
