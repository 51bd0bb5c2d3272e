import { expect, test } from "vitest";
import { vitConfig, type VitConfig, vitModelType } from "./config.ts";
import { formatVitConfig } from "./formatConfig.ts";
import { parseVitConfig } from "./parseConfig.ts";

const SMALL = vitConfig({
  imageSize: 32,
  patchSize: [4, 8],
  dModel: 12,
  numLayers: 2,
  numHeads: 3,
  labels: ["a", "b"],
});
const pooler = { size: 7, activation: "tanh" } as const;

test.each<[string, VitConfig]>([
  ["vit", { ...SMALL, pooler, activation: "quickGelu", qkvBias: false, dropPath: 0.1 }],
  ["vit", { ...SMALL, pooler: { size: 5, activation: "relu" }, headDim: 7 }],
  ["deit", { ...SMALL, pooler, distillationToken: true, labels: ["one"] }],
  ["dinov2", { ...SMALL, pooling: "classAndMean", layerScale: 0.5 }],
  ["dinov2", { ...SMALL, pooling: "classAndMean", layerScale: 0.5, swiGlu: true, ffnDim: 32 }],
  [
    "dinov2_with_registers",
    { ...SMALL, pooling: "classAndMean", layerScale: 1, registerTokens: 5, antialiasedPositions: true },
  ],
  ["qkv_vit", { ...SMALL, pooler, stem: [{ channels: 8, stride: 2 }], pooling: "mean", layerScale: 1e-5 }],
  ["qkv_vit", { ...SMALL, outBias: false }],
  ["qkv_vit", { ...SMALL, pooler, pooling: "classAndMean", registerTokens: 3, distillationToken: true }],
])("%s: what formatVitConfig writes is read back", (modelType, given) => {
  const config = { ...given, modelType: vitModelType(given) };
  expect(config.modelType).toBe(modelType);
  const { pooler: _, ...read } = parseVitConfig(JSON.parse(JSON.stringify(formatVitConfig(config))));
  const { pooler: __, ...written } = config;
  expect(read).toEqual(written);
});

test("fields left out have transformers' defaults", () => {
  expect(parseVitConfig({ model_type: "vit" })).toMatchObject({
    ...{ imageSize: [224, 224], patchSize: [16, 16], numChannels: 3, labels: ["LABEL_0", "LABEL_1"] },
    ...{ dModel: 768, numLayers: 12, numHeads: 12, ffnDim: 3072, activation: "gelu", layerNormEps: 1e-12 },
    ...{ pooler: { size: 768, activation: "tanh" }, pooling: "class", stem: [] },
  });
  expect(parseVitConfig({ model_type: "vit", num_labels: 3 }).labels).toHaveLength(3);
  expect(parseVitConfig({ model_type: "vit", id2label: { 1: "b", 0: "a" } }).labels).toEqual(["a", "b"]);
});

test.each([
  ["another family", { model_type: "bert" }, "expected model_type to be one of vit, deit, dinov2"],
  ["a size of three", { image_size: [1, 2, 3] }, "expected image_size to be a whole number above 0 or a list of two"],
  ["no width", { hidden_size: 0 }, "expected hidden_size to be a whole number above 0, got 0"],
  ["no channels", { num_channels: 0 }, "expected num_channels to be a whole number above 0, got 0"],
  ["a tower of layers", { num_hidden_layers: 2 ** 40 }, "expected num_hidden_layers to be at most 10000"],
  ["a crowd of classes", { num_labels: 1e9 }, "expected num_labels to be at most 100000, or id2label with the names"],
  ["no features", { model_type: "dinov2", mlp_ratio: 0 }, "expected mlp_ratio to be at least 1 / 768, got 0"],
  ["one label to choose from", { num_labels: 1, problem_type: "single_label_classification" }, "expected problem_type"],
  [
    "a stem that no patch fits",
    { model_type: "qkv_vit", stem_channels: [8, 8], patch_size: 6 },
    "expected patch_size to be a multiple of 4",
  ],
  ["a patch of nothing", { patch_size: 0 }, "expected patch_size to be a whole number above 0 or a list of two, got 0"],
  [
    "more heads than width",
    { hidden_size: 4, num_attention_heads: 5 },
    "expected num_attention_heads to be from 1 to 4",
  ],
  ["labels with a hole", { id2label: { 0: "a", 2: "b" } }, "expected id2label to be names for the classes 0, 1, ..."],
  ["an unknown activation", { hidden_act: "xielu" }, "expected hidden_act to be one of relu, gelu"],
  [
    "a gate that is neither on nor off",
    { model_type: "dinov2", use_swiglu_ffn: "yes" },
    'expected use_swiglu_ffn to be true or false, got "yes"',
  ],
  ["an infinite norm", { layer_norm_eps: "1e400" }, "expected layer_norm_eps to be a number of at least 0"],
  [
    "a stem of two lengths",
    { model_type: "qkv_vit", stem_channels: [3, 5], stem_strides: [2] },
    "expected stem_strides to be 2 numbers, each 1 or 2, got [2]",
  ],
])("refuses %s by the field's name", (_, changes, message) => {
  expect(() => parseVitConfig({ model_type: "vit", ...changes })).toThrow(message);
});
