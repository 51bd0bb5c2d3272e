import type { Family } from "@qkv/transformer";
import { parsePreprocessorConfig } from "../image/parsePreprocessorConfig.ts";
import { textTower, towerClassifier, twoTowers, visionTower } from "../twoTower/architectures.ts";
import type { TextTowerConfig, TowerClassifierConfig, TwoTowerConfig, VisionTowerConfig } from "../twoTower/config.ts";
import { TextTowerModel } from "../twoTower/textTowerModel.ts";
import { TwoTowerModel } from "../twoTower/twoTowerModel.ts";
import { VisionTowerClassifier } from "../twoTower/visionTowerClassifier.ts";
import { VisionTowerModel } from "../twoTower/visionTowerModel.ts";
import {
  formatClipClassifierConfig,
  formatClipConfig,
  formatClipText,
  formatClipVision,
  parseClipClassifierConfig,
  parseClipConfig,
  parseClipTextConfig,
  parseClipVisionConfig,
} from "./config.ts";

/** CLIP (arXiv:2103.00020): images and texts in one space. */
export const clip: Family<"clip", TwoTowerConfig, TwoTowerModel> = {
  modelTypes: ["clip"],
  parseConfig: parseClipConfig,
  formatConfig: formatClipConfig,
  parseProcessor: parsePreprocessorConfig,
  architectures: () => [twoTowers("CLIPModel")],
  build: (params, config) => new TwoTowerModel(params, config),
};

/** The tower of a CLIP that reads images, with a classifier. */
export const clipClassifier: Family<"clip", TowerClassifierConfig, VisionTowerClassifier> = {
  modelTypes: ["clip"],
  parseConfig: parseClipClassifierConfig,
  formatConfig: formatClipClassifierConfig,
  parseProcessor: parsePreprocessorConfig,
  architectures: () => [towerClassifier("CLIPForImageClassification")],
  build: (params, config) => new VisionTowerClassifier(params, config),
};

/** The tower of a CLIP that reads texts. */
export const clipText: Family<"clip_text_model", TextTowerConfig, TextTowerModel> = {
  modelTypes: ["clip_text_model"],
  parseConfig: parseClipTextConfig,
  formatConfig: formatClipText,
  architectures: () => [textTower("CLIPTextModel"), textTower("CLIPTextModelWithProjection", true)],
  build: (params, config) => new TextTowerModel(params, config),
};

/** The tower of a CLIP that reads images. */
export const clipVision: Family<"clip_vision_model", VisionTowerConfig, VisionTowerModel> = {
  modelTypes: ["clip_vision_model"],
  parseConfig: parseClipVisionConfig,
  formatConfig: formatClipVision,
  parseProcessor: parsePreprocessorConfig,
  architectures: () => [visionTower("CLIPVisionModel"), visionTower("CLIPVisionModelWithProjection", true)],
  build: (params, config) => new VisionTowerModel(params, config),
};
