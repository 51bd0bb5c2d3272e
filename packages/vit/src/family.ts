import type { Params } from "@qkv/nn";
import type { Architecture, Family } from "@qkv/transformer";
import type { VitConfig } from "./config.ts";
import { DistilledVitClassifier } from "./distilledVitClassifier.ts";
import { formatVitConfig } from "./formatConfig.ts";
import { parsePreprocessorConfig } from "./image/parsePreprocessorConfig.ts";
import { VIT_MODEL_TYPES, type VitModelType } from "./modelType.ts";
import { parseVitConfig } from "./parseConfig.ts";
import { VitClassifier } from "./vitClassifier.ts";
import { VitModel } from "./vitModel.ts";
import { vitClassifierWeights, vitModelWeights, vitModelWeightsOf } from "./weights.ts";

/** A ViT of any class. */
export type VitModels = VitClassifier | DistilledVitClassifier | VitModel;
type VitArchitecture = Architecture<VitConfig, VitModels>;

/** The names of Hugging Face's classes without their ending. */
const CLASS_NAMES: Readonly<Record<VitModelType, string>> = {
  vit: "ViT",
  deit: "DeiT",
  dinov2: "Dinov2",
  dinov2_with_registers: "Dinov2WithRegisters",
  dinov3_vit: "DINOv3ViT",
  qkv_vit: "QkvVit",
};

/** ViT, DeiT, DINOv2 with and without registers, DINOv3, and this project's own kinds. */
export const vit: Family<VitModelType, VitConfig, VitModels> = {
  modelTypes: VIT_MODEL_TYPES,
  parseConfig: parseVitConfig,
  formatConfig: formatVitConfig,
  parseProcessor: parsePreprocessorConfig,
  architectures: (modelType) => [
    ...(modelType === "dinov3_vit" ? [] : [classifier(modelType, "ForImageClassification", VitClassifier)]),
    ...(modelType === "deit"
      ? [classifier(modelType, "ForImageClassificationWithTeacher", DistilledVitClassifier)]
      : []),
    ...(modelType === "qkv_vit" ? [] : [headless(modelType)]),
  ],
  build: (params, config) =>
    config.modelType === "dinov3_vit" ? new VitModel(params, config) : new VitClassifier(params, config),
};

function classifier(
  modelType: VitModelType,
  ending: string,
  Class: new (params: Params, config: VitConfig) => VitClassifier | DistilledVitClassifier,
): VitArchitecture {
  return {
    className: CLASS_NAMES[modelType] + ending,
    task: "imageClassification",
    weights: vitClassifierWeights(modelType),
    build: (params, config) => new Class(params, withoutPooler(config)),
    isOf: (model) => model instanceof Class,
  };
}

function headless(modelType: VitModelType): VitArchitecture {
  return {
    className: `${CLASS_NAMES[modelType]}Model`,
    task: "imageEncoder",
    weights: vitModelWeights(modelType),
    weightsOf: vitModelWeightsOf,
    build: (params, config, stored) =>
      new VitModel(params, stored?.has("pooler.dense.weight") === false ? withoutPooler(config) : config),
    isOf: (model) => model instanceof VitModel,
  };
}

function withoutPooler(config: VitConfig): VitConfig {
  const { pooler: _, ...rest } = config;
  return rest;
}
