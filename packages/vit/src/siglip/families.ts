import type { Family } from "@qkv/transformer";
import { parsePreprocessorConfig } from "../image/parsePreprocessorConfig.ts";
import { textTower, towerClassifier, twoTowers, visionTower } from "../twoTower/architectures.ts";
import type { TextTowerConfig, TowerClassifierConfig, TwoTowerConfig, VisionTowerConfig } from "../twoTower/config.ts";
import { TextTowerModel } from "../twoTower/textTowerModel.ts";
import { TwoTowerModel } from "../twoTower/twoTowerModel.ts";
import { VisionTowerClassifier } from "../twoTower/visionTowerClassifier.ts";
import { VisionTowerModel } from "../twoTower/visionTowerModel.ts";
import {
  formatSiglipClassifierConfig,
  formatSiglipConfig,
  formatSiglipText,
  formatSiglipVision,
  parseSiglipClassifierConfig,
  parseSiglipConfig,
  parseSiglipTextConfig,
  parseSiglipVisionConfig,
} from "./config.ts";

/** SigLIP and SigLIP 2 of a fixed resolution (arXiv:2303.15343, arXiv:2502.14786): images and texts in one space. */
export const siglip: Family<"siglip", TwoTowerConfig, TwoTowerModel> = {
  modelTypes: ["siglip"],
  parseConfig: parseSiglipConfig,
  formatConfig: formatSiglipConfig,
  parseProcessor: parsePreprocessorConfig,
  architectures: () => [twoTowers("SiglipModel")],
  build: (params, config) => new TwoTowerModel(params, config),
};

/** The tower of a SigLIP that reads images, with a classifier. */
export const siglipClassifier: Family<"siglip", TowerClassifierConfig, VisionTowerClassifier> = {
  modelTypes: ["siglip"],
  parseConfig: parseSiglipClassifierConfig,
  formatConfig: formatSiglipClassifierConfig,
  parseProcessor: parsePreprocessorConfig,
  architectures: () => [towerClassifier("SiglipForImageClassification")],
  build: (params, config) => new VisionTowerClassifier(params, config),
};

/** The tower of a SigLIP that reads texts. */
export const siglipText: Family<"siglip_text_model", TextTowerConfig, TextTowerModel> = {
  modelTypes: ["siglip_text_model"],
  parseConfig: parseSiglipTextConfig,
  formatConfig: formatSiglipText,
  architectures: () => [textTower("SiglipTextModel")],
  build: (params, config) => new TextTowerModel(params, config),
};

/** The tower of a SigLIP that reads images. */
export const siglipVision: Family<"siglip_vision_model", VisionTowerConfig, VisionTowerModel> = {
  modelTypes: ["siglip_vision_model"],
  parseConfig: parseSiglipVisionConfig,
  formatConfig: formatSiglipVision,
  parseProcessor: parsePreprocessorConfig,
  architectures: () => [visionTower("SiglipVisionModel")],
  build: (params, config) => new VisionTowerModel(params, config),
};
