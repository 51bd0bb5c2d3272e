import type { NameMap } from "@qkv/nn";
import type { Family } from "@qkv/transformer";
import { parsePreprocessorConfig } from "../image/parsePreprocessorConfig.ts";
import { dinov2Names } from "../weights.ts";
import { type DepthAnythingConfig, formatDepthAnythingConfig, parseDepthAnythingConfig } from "./config.ts";
import { DepthAnything } from "./depthAnything.ts";

const NAMES: NameMap = {
  ...dinov2Names("backbone."),
  "neck.reassembly.*.projection.weight": "neck.reassemble_stage.layers.*.projection.weight",
  "neck.reassembly.*.projection.bias": "neck.reassemble_stage.layers.*.projection.bias",
  "neck.reassembly.*.resize.weight": "neck.reassemble_stage.layers.*.resize.weight",
  "neck.reassembly.*.resize.bias": "neck.reassemble_stage.layers.*.resize.bias",
  "neck.convolutions.*.weight": "neck.convs.*.weight",
  "neck.fusion.*.projection.weight": "neck.fusion_stage.layers.*.projection.weight",
  "neck.fusion.*.projection.bias": "neck.fusion_stage.layers.*.projection.bias",
  "neck.fusion.*.residual1.convolution1.weight": "neck.fusion_stage.layers.*.residual_layer1.convolution1.weight",
  "neck.fusion.*.residual1.convolution1.bias": "neck.fusion_stage.layers.*.residual_layer1.convolution1.bias",
  "neck.fusion.*.residual1.convolution2.weight": "neck.fusion_stage.layers.*.residual_layer1.convolution2.weight",
  "neck.fusion.*.residual1.convolution2.bias": "neck.fusion_stage.layers.*.residual_layer1.convolution2.bias",
  "neck.fusion.*.residual2.convolution1.weight": "neck.fusion_stage.layers.*.residual_layer2.convolution1.weight",
  "neck.fusion.*.residual2.convolution1.bias": "neck.fusion_stage.layers.*.residual_layer2.convolution1.bias",
  "neck.fusion.*.residual2.convolution2.weight": "neck.fusion_stage.layers.*.residual_layer2.convolution2.weight",
  "neck.fusion.*.residual2.convolution2.bias": "neck.fusion_stage.layers.*.residual_layer2.convolution2.bias",
  "conv1.weight": "head.conv1.weight",
  "conv1.bias": "head.conv1.bias",
  "conv2.weight": "head.conv2.weight",
  "conv2.bias": "head.conv2.bias",
  "conv3.weight": "head.conv3.weight",
  "conv3.bias": "head.conv3.bias",
};

/** Depth Anything, version 1 and 2: depth from one image. */
export const depthAnything: Family<"depth_anything", DepthAnythingConfig, DepthAnything> = {
  modelTypes: ["depth_anything"],
  parseConfig: parseDepthAnythingConfig,
  formatConfig: formatDepthAnythingConfig,
  parseProcessor: parsePreprocessorConfig,
  architectures: () => [
    {
      className: "DepthAnythingForDepthEstimation",
      task: "depthEstimation",
      weights: {
        rename: NAMES,
        ignore: { "backbone.embeddings.mask_token": { as: "the token for hidden patches" } },
        prefix: "depth_anything",
      },
      build: (params, config) => new DepthAnything(params, config),
      isOf: (model) => model instanceof DepthAnything,
    },
  ],
  build: (params, config) => new DepthAnything(params, config),
};
