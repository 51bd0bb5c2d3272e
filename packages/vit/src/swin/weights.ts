import { windowPositionIndex } from "@qkv/attention";
import type { IgnoredArrays, NameMap, WeightRules } from "@qkv/nn";
import { backboneWeights } from "../weights.ts";
import type { SwinConfig } from "./config.ts";

/** Our names of a Swin backbone's parameters -> those of Hugging Face's files, without the prefix. */
const BACKBONE: NameMap = {
  "embeddings.patches.weight": "embeddings.patch_embeddings.projection.weight",
  "embeddings.patches.bias": "embeddings.patch_embeddings.projection.bias",
  "embeddings.norm.weight": "embeddings.norm.weight",
  "embeddings.norm.bias": "embeddings.norm.bias",
  "embeddings.positions": "embeddings.position_embeddings",

  "stages.*.layers.*.selfAttn.qProj.weight": "encoder.layers.*.blocks.*.attention.self.query.weight",
  "stages.*.layers.*.selfAttn.qProj.bias": "encoder.layers.*.blocks.*.attention.self.query.bias",
  "stages.*.layers.*.selfAttn.kProj.weight": "encoder.layers.*.blocks.*.attention.self.key.weight",
  "stages.*.layers.*.selfAttn.kProj.bias": "encoder.layers.*.blocks.*.attention.self.key.bias",
  "stages.*.layers.*.selfAttn.vProj.weight": "encoder.layers.*.blocks.*.attention.self.value.weight",
  "stages.*.layers.*.selfAttn.vProj.bias": "encoder.layers.*.blocks.*.attention.self.value.bias",
  "stages.*.layers.*.selfAttn.outProj.weight": "encoder.layers.*.blocks.*.attention.output.dense.weight",
  "stages.*.layers.*.selfAttn.outProj.bias": "encoder.layers.*.blocks.*.attention.output.dense.bias",
  "stages.*.layers.*.selfAttnNorm.weight": "encoder.layers.*.blocks.*.layernorm_before.weight",
  "stages.*.layers.*.selfAttnNorm.bias": "encoder.layers.*.blocks.*.layernorm_before.bias",
  "stages.*.layers.*.positionBias.weight": "encoder.layers.*.blocks.*.attention.self.relative_position_bias_table",
  "stages.*.layers.*.ffn.fc1.weight": "encoder.layers.*.blocks.*.intermediate.dense.weight",
  "stages.*.layers.*.ffn.fc1.bias": "encoder.layers.*.blocks.*.intermediate.dense.bias",
  "stages.*.layers.*.ffn.fc2.weight": "encoder.layers.*.blocks.*.output.dense.weight",
  "stages.*.layers.*.ffn.fc2.bias": "encoder.layers.*.blocks.*.output.dense.bias",
  "stages.*.layers.*.ffnNorm.weight": "encoder.layers.*.blocks.*.layernorm_after.weight",
  "stages.*.layers.*.ffnNorm.bias": "encoder.layers.*.blocks.*.layernorm_after.bias",
  "stages.*.merging.norm.weight": "encoder.layers.*.downsample.norm.weight",
  "stages.*.merging.norm.bias": "encoder.layers.*.downsample.norm.bias",
  "stages.*.merging.reduction.weight": "encoder.layers.*.downsample.reduction.weight",

  "norm.weight": "layernorm.weight",
  "norm.bias": "layernorm.bias",
};

/** Arrays of older releases, which are computed: the row of the bias table for the offset of two places. */
const COMPUTED: IgnoredArrays<SwinConfig> = {
  "encoder.layers.*.blocks.*.attention.self.relative_position_index": {
    as: "the offsets of the places of a window",
    isRight: ({ data }, { window }) => isSame(data, windowPositionIndex(window)),
  },
};

/** The weights of a Swin with or without a classifier. */
export function swinWeights(hasHead: boolean): WeightRules<SwinConfig> {
  return backboneWeights(BACKBONE, COMPUTED, { hasHead, prefix: "swin" });
}

function isSame(data: Float32Array, expected: Int32Array): boolean {
  return data.length === expected.length && data.every((value, i) => value === expected[i]);
}
