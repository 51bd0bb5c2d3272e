import type { Architecture } from "@qkv/transformer";
import type { TextTowerConfig, TowerClassifierConfig, TwoTowerConfig, VisionTowerConfig } from "./config.ts";
import { TextTowerModel } from "./textTowerModel.ts";
import { TwoTowerModel } from "./twoTowerModel.ts";
import { VisionTowerClassifier } from "./visionTowerClassifier.ts";
import { VisionTowerModel } from "./visionTowerModel.ts";
import { TOWER_CLASSIFIER, towerWeights, TWO_TOWERS } from "./weights.ts";

/** The class of both towers. */
export function twoTowers(className: string): Architecture<TwoTowerConfig, TwoTowerModel> {
  return {
    className,
    task: "imageTextEncoder",
    weights: TWO_TOWERS,
    build: (params, config) => new TwoTowerModel(params, config),
    isOf: (model) => model instanceof TwoTowerModel,
  };
}

/** A class of the tower that reads texts. */
export function textTower(className: string, hasProjection = false): Architecture<TextTowerConfig, TextTowerModel> {
  return {
    className,
    task: "captionEncoder",
    weights: towerWeights("text", hasProjection),
    build: (params, config) => new TextTowerModel(params, config, hasProjection),
    isOf: (model) => model instanceof TextTowerModel && (model.projection !== undefined) === hasProjection,
  };
}

/** A class of the tower that reads images. */
export function visionTower(
  className: string,
  hasProjection = false,
): Architecture<VisionTowerConfig, VisionTowerModel> {
  return {
    className,
    task: "imageEncoder",
    weights: towerWeights("vision", hasProjection),
    build: (params, config) => new VisionTowerModel(params, config, hasProjection),
    isOf: (model) => model instanceof VisionTowerModel && (model.projection !== undefined) === hasProjection,
  };
}

/** A class of the tower that reads images, with a classifier. */
export function towerClassifier(className: string): Architecture<TowerClassifierConfig, VisionTowerClassifier> {
  return {
    className,
    task: "imageClassification",
    weights: TOWER_CLASSIFIER,
    build: (params, config) => new VisionTowerClassifier(params, config),
    isOf: (model) => model instanceof VisionTowerClassifier,
  };
}
