import type { NameMap } from "@qkv/nn";
import type { Family } from "@qkv/transformer";
import { parsePreprocessorConfig } from "../image/parsePreprocessorConfig.ts";
import { formatYolosConfig, parseYolosConfig, type YolosConfig } from "./config.ts";
import { YolosDetector } from "./yolosDetector.ts";

const NAMES: NameMap = {
  "backbone.patches.weight": "vit.embeddings.patch_embeddings.projection.weight",
  "backbone.patches.bias": "vit.embeddings.patch_embeddings.projection.bias",
  "backbone.classToken": "vit.embeddings.cls_token",
  "backbone.detectionTokens": "vit.embeddings.detection_tokens",
  "backbone.positions": "vit.embeddings.position_embeddings",
  "backbone.midPositions": "vit.encoder.mid_position_embeddings",

  "backbone.layers.*.selfAttn.qProj.weight": "vit.encoder.layer.*.attention.attention.query.weight",
  "backbone.layers.*.selfAttn.qProj.bias": "vit.encoder.layer.*.attention.attention.query.bias",
  "backbone.layers.*.selfAttn.kProj.weight": "vit.encoder.layer.*.attention.attention.key.weight",
  "backbone.layers.*.selfAttn.kProj.bias": "vit.encoder.layer.*.attention.attention.key.bias",
  "backbone.layers.*.selfAttn.vProj.weight": "vit.encoder.layer.*.attention.attention.value.weight",
  "backbone.layers.*.selfAttn.vProj.bias": "vit.encoder.layer.*.attention.attention.value.bias",
  "backbone.layers.*.selfAttn.outProj.weight": "vit.encoder.layer.*.attention.output.dense.weight",
  "backbone.layers.*.selfAttn.outProj.bias": "vit.encoder.layer.*.attention.output.dense.bias",
  "backbone.layers.*.selfAttnNorm.weight": "vit.encoder.layer.*.layernorm_before.weight",
  "backbone.layers.*.selfAttnNorm.bias": "vit.encoder.layer.*.layernorm_before.bias",
  "backbone.layers.*.ffn.fc1.weight": "vit.encoder.layer.*.intermediate.dense.weight",
  "backbone.layers.*.ffn.fc1.bias": "vit.encoder.layer.*.intermediate.dense.bias",
  "backbone.layers.*.ffn.fc2.weight": "vit.encoder.layer.*.output.dense.weight",
  "backbone.layers.*.ffn.fc2.bias": "vit.encoder.layer.*.output.dense.bias",
  "backbone.layers.*.ffnNorm.weight": "vit.encoder.layer.*.layernorm_after.weight",
  "backbone.layers.*.ffnNorm.bias": "vit.encoder.layer.*.layernorm_after.bias",
  "backbone.norm.weight": "vit.layernorm.weight",
  "backbone.norm.bias": "vit.layernorm.bias",

  "classifier.layers.*.weight": "class_labels_classifier.layers.*.weight",
  "classifier.layers.*.bias": "class_labels_classifier.layers.*.bias",
  "boxPredictor.layers.*.weight": "bbox_predictor.layers.*.weight",
  "boxPredictor.layers.*.bias": "bbox_predictor.layers.*.bias",
};

/** YOLOS: a Vision Transformer that finds objects. */
export const yolos: Family<"yolos", YolosConfig, YolosDetector> = {
  modelTypes: ["yolos"],
  parseConfig: parseYolosConfig,
  formatConfig: formatYolosConfig,
  parseProcessor: parsePreprocessorConfig,
  architectures: () => [
    {
      className: "YolosForObjectDetection",
      task: "objectDetection",
      weights: { rename: NAMES, prefix: "vit" },
      build: (params, config) => new YolosDetector(params, config),
      isOf: (model) => model instanceof YolosDetector,
    },
  ],
  build: (params, config) => new YolosDetector(params, config),
};
