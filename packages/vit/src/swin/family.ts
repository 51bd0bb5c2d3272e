import type { Params } from "@qkv/nn";
import type { Architecture, Family } from "@qkv/transformer";
import { parsePreprocessorConfig } from "../image/parsePreprocessorConfig.ts";
import type { SwinConfig } from "./config.ts";
import { formatSwinConfig } from "./formatConfig.ts";
import { parseSwinConfig } from "./parseConfig.ts";
import { SwinClassifier } from "./swinClassifier.ts";
import { SwinModel } from "./swinModel.ts";
import { swinWeights } from "./weights.ts";

/** A Swin of any class. */
export type SwinModels = SwinClassifier | SwinModel;

const CLASSIFIER: Architecture<SwinConfig, SwinModels> = {
  className: "SwinForImageClassification",
  task: "imageClassification",
  weights: swinWeights(true),
  build: (params: Params, config: SwinConfig) => new SwinClassifier(params, config),
  isOf: (model) => model instanceof SwinClassifier,
};

const HEADLESS: Architecture<SwinConfig, SwinModels> = {
  className: "SwinModel",
  task: "imageEncoder",
  weights: swinWeights(false),
  build: (params: Params, config: SwinConfig) => new SwinModel(params, config),
  isOf: (model) => model instanceof SwinModel,
};

/** Swin Transformer, version 1. */
export const swin: Family<"swin", SwinConfig, SwinModels> = {
  modelTypes: ["swin"],
  parseConfig: parseSwinConfig,
  formatConfig: formatSwinConfig,
  parseProcessor: parsePreprocessorConfig,
  architectures: () => [CLASSIFIER, HEADLESS],
  build: (params, config) => new SwinClassifier(params, config),
};
