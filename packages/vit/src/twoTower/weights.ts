import type { IgnoredArrays, NameMap, SplitRule, WeightRules } from "@qkv/nn";
import { POSITION_IDS } from "@qkv/transformer";
import type { TowerClassifierConfig, TowerConfig, TwoTowerConfig } from "./config.ts";

// The names of Hugging Face's CLIP and SigLIP, which are the same where both have a part.

const LAYERS: NameMap = {
  "layers.*.selfAttn.qProj.weight": "encoder.layers.*.self_attn.q_proj.weight",
  "layers.*.selfAttn.qProj.bias": "encoder.layers.*.self_attn.q_proj.bias",
  "layers.*.selfAttn.kProj.weight": "encoder.layers.*.self_attn.k_proj.weight",
  "layers.*.selfAttn.kProj.bias": "encoder.layers.*.self_attn.k_proj.bias",
  "layers.*.selfAttn.vProj.weight": "encoder.layers.*.self_attn.v_proj.weight",
  "layers.*.selfAttn.vProj.bias": "encoder.layers.*.self_attn.v_proj.bias",
  "layers.*.selfAttn.outProj.weight": "encoder.layers.*.self_attn.out_proj.weight",
  "layers.*.selfAttn.outProj.bias": "encoder.layers.*.self_attn.out_proj.bias",
  "layers.*.selfAttnNorm.weight": "encoder.layers.*.layer_norm1.weight",
  "layers.*.selfAttnNorm.bias": "encoder.layers.*.layer_norm1.bias",
  "layers.*.ffn.fc1.weight": "encoder.layers.*.mlp.fc1.weight",
  "layers.*.ffn.fc1.bias": "encoder.layers.*.mlp.fc1.bias",
  "layers.*.ffn.fc2.weight": "encoder.layers.*.mlp.fc2.weight",
  "layers.*.ffn.fc2.bias": "encoder.layers.*.mlp.fc2.bias",
  "layers.*.ffnNorm.weight": "encoder.layers.*.layer_norm2.weight",
  "layers.*.ffnNorm.bias": "encoder.layers.*.layer_norm2.bias",
};

const TEXT: NameMap = {
  "tokens.weight": "embeddings.token_embedding.weight",
  "positions.weight": "embeddings.position_embedding.weight",
  ...LAYERS,
  "norm.weight": "final_layer_norm.weight",
  "norm.bias": "final_layer_norm.bias",
  "head.weight": "head.weight",
  "head.bias": "head.bias",
};

const VISION: NameMap = {
  "embeddings.patches.weight": "embeddings.patch_embedding.weight",
  "embeddings.patches.bias": "embeddings.patch_embedding.bias",
  "embeddings.classToken": "embeddings.class_embedding",
  "embeddings.positions": "embeddings.position_embedding.weight",
  "preNorm.weight": "pre_layrnorm.weight",
  "preNorm.bias": "pre_layrnorm.bias",
  ...LAYERS,
  "norm.weight": "post_layernorm.weight",
  "norm.bias": "post_layernorm.bias",
  "head.probe": "head.probe",
  "head.attention.qProj.weight": "head.attention.q_proj.weight",
  "head.attention.qProj.bias": "head.attention.q_proj.bias",
  "head.attention.kProj.weight": "head.attention.k_proj.weight",
  "head.attention.kProj.bias": "head.attention.k_proj.bias",
  "head.attention.vProj.weight": "head.attention.v_proj.weight",
  "head.attention.vProj.bias": "head.attention.v_proj.bias",
  "head.attention.outProj.weight": "head.attention.out_proj.weight",
  "head.attention.outProj.bias": "head.attention.out_proj.bias",
  "head.norm.weight": "head.layernorm.weight",
  "head.norm.bias": "head.layernorm.bias",
  "head.ffn.fc1.weight": "head.mlp.fc1.weight",
  "head.ffn.fc1.bias": "head.mlp.fc1.bias",
  "head.ffn.fc2.weight": "head.mlp.fc2.weight",
  "head.ffn.fc2.bias": "head.mlp.fc2.bias",
};

const TOWERS = { text: TEXT, vision: VISION } as const;
type Tower = keyof typeof TOWERS;

/** The rules of a model of both towers. */
export const TWO_TOWERS: WeightRules<TwoTowerConfig> = {
  rename: {
    ...placed("text", "text.", "text_model."),
    ...placed("vision", "vision.", "vision_model."),
    "textProjection.weight": "text_projection.weight",
    "visionProjection.weight": "visual_projection.weight",
    logitScale: "logit_scale",
    logitBias: "logit_bias",
  },
  split: splitIn("vision_model."),
  ignore: { ...positionIds("text_model."), ...positionIds("vision_model.") },
  prefix: "clip",
};

/** The rules of a classifier on the tower that reads images. */
export const TOWER_CLASSIFIER: WeightRules<TowerClassifierConfig> = {
  rename: {
    ...placed("vision", "backbone.", "vision_model."),
    "classifier.weight": "classifier.weight",
    "classifier.bias": "classifier.bias",
  },
  split: splitIn("vision_model."),
  ignore: positionIds("vision_model."),
  prefix: "vision_model",
};

/** The rules of a tower alone, with or without a projection. */
export function towerWeights<Config extends TowerConfig>(tower: Tower, hasProjection: boolean): WeightRules<Config> {
  const before = hasProjection ? `${tower}_model.` : "";
  const projection = tower === "text" ? "text_projection.weight" : "visual_projection.weight";
  return {
    rename: { ...placed(tower, "backbone.", before), ...(hasProjection && { "projection.weight": projection }) },
    ...(tower === "vision" && { split: splitIn(before) }),
    ignore: { ...positionIds(before), ...(!hasProjection && { [projection]: { as: "a projection's" } }) },
    prefix: `${tower}_model`,
  };
}

function placed(tower: Tower, ours: string, theirs: string): NameMap {
  return Object.fromEntries(Object.entries(TOWERS[tower]).map(([name, inFile]) => [ours + name, theirs + inFile]));
}

function splitIn(before: string): readonly SplitRule[] {
  return ["weight", "bias"].map((kind) => ({
    from: `${before}head.attention.in_proj_${kind}`,
    into: ["q", "k", "v"].map((part) => `${before}head.attention.${part}_proj.${kind}`),
    axis: 0,
  }));
}

function positionIds(before: string): IgnoredArrays {
  return { [`${before}embeddings.position_ids`]: POSITION_IDS };
}
