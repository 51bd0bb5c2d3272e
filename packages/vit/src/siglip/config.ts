import { checkRecord } from "@qkv/ops";
import { ConfigFields, formatLabels } from "@qkv/transformer";
import type { TextTowerConfig, TowerClassifierConfig, TwoTowerConfig, VisionTowerConfig } from "../twoTower/config.ts";
import { formatImage, formatTower, imageFields, towerFields, withClasses } from "../twoTower/towerFields.ts";

const DEFAULTS = { activation: "gelu_pytorch_tanh", layerNormEps: 1e-6, dModel: 768, numHeads: 12, ffnDim: 3072 };

/**
 * Reads Hugging Face's `config.json` of `model_type` "siglip" (https://huggingface.co/docs/transformers/model_doc/siglip),
 * which SigLIP 2 of a fixed resolution has too.
 *
 * @throws ConfigError naming the field
 */
export function parseSiglipConfig(json: unknown): TwoTowerConfig {
  const fields = new ConfigFields(json);
  const towers = twoTowers(fields);
  const { text, vision } = towers;
  if (vision.pooling === "none") tower(fields, "vision").fail("vision_use_head", "true, to compare images with texts");
  if (text.projectionDim !== vision.dModel) {
    tower(fields, "text").fail("projection_size", `${vision.dModel}, the hidden_size of vision_config`);
  }
  return towers;
}

/** The same of a classifier of images, with its classes. */
export function parseSiglipClassifierConfig(json: unknown): TowerClassifierConfig {
  return withClasses(twoTowers(new ConfigFields(json)), json);
}

/** The same of `model_type` "siglip_text_model". */
export function parseSiglipTextConfig(json: unknown): TextTowerConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "siglip_text_model");
  return textTower(fields);
}

/** The same of `model_type` "siglip_vision_model". */
export function parseSiglipVisionConfig(json: unknown): VisionTowerConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "siglip_vision_model");
  return visionTower(fields);
}

function twoTowers(fields: ConfigFields): TwoTowerConfig {
  fields.expect("model_type", "siglip");
  const [text, vision] = [textTower(tower(fields, "text")), visionTower(tower(fields, "vision"))];
  return { modelType: "siglip", text, vision, logitScale: 0, scoring: "sigmoid" };
}

function tower(fields: ConfigFields, name: "text" | "vision"): ConfigFields {
  return fields.optionalObject(`${name}_config`) ?? new ConfigFields({});
}

function textTower(fields: ConfigFields): TextTowerConfig {
  const tower = towerFields(fields, DEFAULTS);
  return {
    modelType: "siglip_text_model",
    ...tower,
    vocabSize: fields.integer("vocab_size", 32000),
    maxPositions: fields.integer("max_position_embeddings", 64),
    padTokenId: fields.integer("pad_token_id", 1),
    bosTokenId: fields.integer("bos_token_id", 49406),
    eosTokenId: fields.integer("eos_token_id", 49407),
    pooling: "last",
    projectionDim: fields.optionalInteger("projection_size") ?? tower.dModel,
  };
}

function visionTower(fields: ConfigFields): VisionTowerConfig {
  return {
    modelType: "siglip_vision_model",
    ...towerFields(fields, DEFAULTS),
    ...imageFields(fields, 16),
    pooling: fields.boolean("vision_use_head", true) ? "attention" : "none",
  };
}

/** The fields of the `config.json` that transformers opens as this model: {@link parseSiglipConfig} reads them back. */
export function formatSiglipConfig(config: TwoTowerConfig): Record<string, unknown> {
  checkRecord("formatSiglipConfig", "config", config);
  return {
    model_type: "siglip",
    text_config: formatSiglipText(config.text),
    vision_config: formatSiglipVision(config.vision),
  };
}

/** The same of {@link parseSiglipClassifierConfig}. */
export function formatSiglipClassifierConfig(config: TowerClassifierConfig): Record<string, unknown> {
  return { ...formatSiglipConfig(config), ...formatLabels(config) };
}

/** The same of {@link parseSiglipTextConfig}. */
export function formatSiglipText(config: TextTowerConfig): Record<string, unknown> {
  checkRecord("formatSiglipText", "config", config);
  return {
    ...formatTower(config),
    vocab_size: config.vocabSize,
    max_position_embeddings: config.maxPositions,
    pad_token_id: config.padTokenId,
    bos_token_id: config.bosTokenId,
    eos_token_id: config.eosTokenId,
    projection_size: config.projectionDim,
  };
}

/** The same of {@link parseSiglipVisionConfig}. */
export function formatSiglipVision(config: VisionTowerConfig): Record<string, unknown> {
  checkRecord("formatSiglipVision", "config", config);
  return { ...formatTower(config), ...formatImage(config), vision_use_head: config.pooling === "attention" };
}
