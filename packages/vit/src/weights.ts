import type { IgnoredArrays, NameMap, WeightRules } from "@qkv/nn";
import type { VitConfig } from "./config.ts";
import type { VitModelType } from "./modelType.ts";

/** Our names of a backbone's parameters -> those of Hugging Face's ViT and DeiT files, without the prefix. */
const VIT_BACKBONE: NameMap = {
  "embeddings.patches.weight": "embeddings.patch_embeddings.projection.weight",
  "embeddings.patches.bias": "embeddings.patch_embeddings.projection.bias",
  "embeddings.classToken": "embeddings.cls_token",
  "embeddings.distillationToken": "embeddings.distillation_token",
  "embeddings.positions": "embeddings.position_embeddings",

  "layers.*.selfAttn.qProj.weight": "encoder.layer.*.attention.attention.query.weight",
  "layers.*.selfAttn.qProj.bias": "encoder.layer.*.attention.attention.query.bias",
  "layers.*.selfAttn.kProj.weight": "encoder.layer.*.attention.attention.key.weight",
  "layers.*.selfAttn.kProj.bias": "encoder.layer.*.attention.attention.key.bias",
  "layers.*.selfAttn.vProj.weight": "encoder.layer.*.attention.attention.value.weight",
  "layers.*.selfAttn.vProj.bias": "encoder.layer.*.attention.attention.value.bias",
  "layers.*.selfAttn.outProj.weight": "encoder.layer.*.attention.output.dense.weight",
  "layers.*.selfAttn.outProj.bias": "encoder.layer.*.attention.output.dense.bias",
  "layers.*.selfAttnNorm.weight": "encoder.layer.*.layernorm_before.weight",
  "layers.*.selfAttnNorm.bias": "encoder.layer.*.layernorm_before.bias",
  "layers.*.ffn.fc1.weight": "encoder.layer.*.intermediate.dense.weight",
  "layers.*.ffn.fc1.bias": "encoder.layer.*.intermediate.dense.bias",
  "layers.*.ffn.fc2.weight": "encoder.layer.*.output.dense.weight",
  "layers.*.ffn.fc2.bias": "encoder.layer.*.output.dense.bias",
  "layers.*.ffnNorm.weight": "encoder.layer.*.layernorm_after.weight",
  "layers.*.ffnNorm.bias": "encoder.layer.*.layernorm_after.bias",

  "norm.weight": "layernorm.weight",
  "norm.bias": "layernorm.bias",
};

/** Parameter names of DINOv2, with or without registers. */
const DINO_BACKBONE: NameMap = {
  "embeddings.patches.weight": "embeddings.patch_embeddings.projection.weight",
  "embeddings.patches.bias": "embeddings.patch_embeddings.projection.bias",
  "embeddings.classToken": "embeddings.cls_token",
  "embeddings.registerTokens": "embeddings.register_tokens",
  "embeddings.positions": "embeddings.position_embeddings",

  "layers.*.selfAttn.qProj.weight": "encoder.layer.*.attention.attention.query.weight",
  "layers.*.selfAttn.qProj.bias": "encoder.layer.*.attention.attention.query.bias",
  "layers.*.selfAttn.kProj.weight": "encoder.layer.*.attention.attention.key.weight",
  "layers.*.selfAttn.kProj.bias": "encoder.layer.*.attention.attention.key.bias",
  "layers.*.selfAttn.vProj.weight": "encoder.layer.*.attention.attention.value.weight",
  "layers.*.selfAttn.vProj.bias": "encoder.layer.*.attention.attention.value.bias",
  "layers.*.selfAttn.outProj.weight": "encoder.layer.*.attention.output.dense.weight",
  "layers.*.selfAttn.outProj.bias": "encoder.layer.*.attention.output.dense.bias",
  "layers.*.selfAttnNorm.weight": "encoder.layer.*.norm1.weight",
  "layers.*.selfAttnNorm.bias": "encoder.layer.*.norm1.bias",
  "layers.*.selfAttnBranch.scale.weight": "encoder.layer.*.layer_scale1.lambda1",
  "layers.*.ffn.fc1.weight": "encoder.layer.*.mlp.fc1.weight",
  "layers.*.ffn.fc1.bias": "encoder.layer.*.mlp.fc1.bias",
  "layers.*.ffn.fc2.weight": "encoder.layer.*.mlp.fc2.weight",
  "layers.*.ffn.fc2.bias": "encoder.layer.*.mlp.fc2.bias",
  "layers.*.ffn.gateUpProj.weight": "encoder.layer.*.mlp.weights_in.weight",
  "layers.*.ffn.gateUpProj.bias": "encoder.layer.*.mlp.weights_in.bias",
  "layers.*.ffn.downProj.weight": "encoder.layer.*.mlp.weights_out.weight",
  "layers.*.ffn.downProj.bias": "encoder.layer.*.mlp.weights_out.bias",
  "layers.*.ffnNorm.weight": "encoder.layer.*.norm2.weight",
  "layers.*.ffnNorm.bias": "encoder.layer.*.norm2.bias",
  "layers.*.ffnBranch.scale.weight": "encoder.layer.*.layer_scale2.lambda1",

  "norm.weight": "layernorm.weight",
  "norm.bias": "layernorm.bias",
};

/** Parameter names of DINOv3. */
const DINO_V3_BACKBONE: NameMap = {
  "embeddings.patches.weight": "embeddings.patch_embeddings.weight",
  "embeddings.patches.bias": "embeddings.patch_embeddings.bias",
  "embeddings.classToken": "embeddings.cls_token",
  "embeddings.registerTokens": "embeddings.register_tokens",

  "layers.*.selfAttn.qProj.weight": "layer.*.attention.q_proj.weight",
  "layers.*.selfAttn.qProj.bias": "layer.*.attention.q_proj.bias",
  "layers.*.selfAttn.kProj.weight": "layer.*.attention.k_proj.weight",
  "layers.*.selfAttn.kProj.bias": "layer.*.attention.k_proj.bias",
  "layers.*.selfAttn.vProj.weight": "layer.*.attention.v_proj.weight",
  "layers.*.selfAttn.vProj.bias": "layer.*.attention.v_proj.bias",
  "layers.*.selfAttn.outProj.weight": "layer.*.attention.o_proj.weight",
  "layers.*.selfAttn.outProj.bias": "layer.*.attention.o_proj.bias",
  "layers.*.selfAttnNorm.weight": "layer.*.norm1.weight",
  "layers.*.selfAttnNorm.bias": "layer.*.norm1.bias",
  "layers.*.selfAttnBranch.scale.weight": "layer.*.layer_scale1.lambda1",
  "layers.*.ffn.fc1.weight": "layer.*.mlp.up_proj.weight",
  "layers.*.ffn.fc1.bias": "layer.*.mlp.up_proj.bias",
  "layers.*.ffn.fc2.weight": "layer.*.mlp.down_proj.weight",
  "layers.*.ffn.fc2.bias": "layer.*.mlp.down_proj.bias",
  "layers.*.ffnNorm.weight": "layer.*.norm2.weight",
  "layers.*.ffnNorm.bias": "layer.*.norm2.bias",
  "layers.*.ffnBranch.scale.weight": "layer.*.layer_scale2.lambda1",

  "norm.weight": "norm.weight",
  "norm.bias": "norm.bias",
};

/** Parameter names of a gated feed-forward in DINOv3, in the place of the plain one's. */
const DINO_V3_GATED: NameMap = {
  "backbone.layers.*.ffn.gateProj.weight": "layer.*.mlp.gate_proj.weight",
  "backbone.layers.*.ffn.gateProj.bias": "layer.*.mlp.gate_proj.bias",
  "backbone.layers.*.ffn.upProj.weight": "layer.*.mlp.up_proj.weight",
  "backbone.layers.*.ffn.upProj.bias": "layer.*.mlp.up_proj.bias",
  "backbone.layers.*.ffn.downProj.weight": "layer.*.mlp.down_proj.weight",
  "backbone.layers.*.ffn.downProj.bias": "layer.*.mlp.down_proj.bias",
};

/** The same for this project's own kinds: ViT's names, and those that ViT lacks. */
const QKV_VIT_BACKBONE: NameMap = {
  ...VIT_BACKBONE,
  "embeddings.registerTokens": "embeddings.register_tokens",
  "embeddings.stem.layers.*.weight": "embeddings.stem.layers.*.weight",
  "embeddings.stem.layers.*.bias": "embeddings.stem.layers.*.bias",
  "embeddings.stem.layers.*.norm.weight": "embeddings.stem.layers.*.norm.weight",
  "embeddings.stem.layers.*.norm.bias": "embeddings.stem.layers.*.norm.bias",
  "layers.*.selfAttnBranch.scale.weight": "encoder.layer.*.layer_scale1.lambda1",
  "layers.*.ffnBranch.scale.weight": "encoder.layer.*.layer_scale2.lambda1",
};

/** Parameter names of the heads on a backbone. */
const HEAD_NAMES: NameMap = {
  "pooler.weight": "pooler.dense.weight",
  "pooler.bias": "pooler.dense.bias",
  "classifier.weight": "classifier.weight",
  "classifier.bias": "classifier.bias",
  "classClassifier.weight": "cls_classifier.weight",
  "classClassifier.bias": "cls_classifier.bias",
  "distillationClassifier.weight": "distillation_classifier.weight",
  "distillationClassifier.bias": "distillation_classifier.bias",
};

const BACKBONES: Readonly<Record<VitModelType, NameMap>> = {
  vit: VIT_BACKBONE,
  deit: VIT_BACKBONE,
  dinov2: DINO_BACKBONE,
  dinov2_with_registers: DINO_BACKBONE,
  dinov3_vit: DINO_V3_BACKBONE,
  qkv_vit: QKV_VIT_BACKBONE,
};

/** The token for hidden patches, which only masked training uses. */
const MASK_TOKEN: IgnoredArrays = { "embeddings.mask_token": { as: "the token for hidden patches" } };

/** Arrays of a pooler, left in the file by a model without a classifier. */
const POOLER = unread("a pooler's", ["pooler.dense.weight", "pooler.dense.bias"]);

/** Arrays of a classifier, left in the file of the model below it. */
const HEADS = unread("a classifier's", ["classifier.**", "cls_classifier.**", "distillation_classifier.**"]);

/** Arrays of masked training. */
const OTHER_HEADS = unread("a decoder's", ["decoder.**"]);

/** The weights of a classifier, whose files have the model's type before the names of its backbone. */
export function vitClassifierWeights(type: VitModelType): WeightRules<VitConfig> {
  return {
    rename: headNames(BACKBONES[type], `${type}.`),
    ignore: { ...prefixed({ ...MASK_TOKEN, ...POOLER }, `${type}.`), ...OTHER_HEADS },
    prefix: type,
  };
}

/** The weights of a model without a head. */
export function vitModelWeights(type: VitModelType): WeightRules<VitConfig> {
  return {
    rename: headNames(BACKBONES[type], ""),
    ignore: { ...MASK_TOKEN, ...HEADS, ...OTHER_HEADS },
    prefix: type,
  };
}

/** The names of a DINOv2 within a larger model, with `prefix` before its own in the files. */
export function dinov2Names(prefix: string): NameMap {
  return inBackbone(DINO_BACKBONE, prefix);
}

function inBackbone(names: NameMap, prefix: string): NameMap {
  return Object.fromEntries(Object.entries(names).map(([ours, theirs]) => [`backbone.${ours}`, prefix + theirs]));
}

/** The same for a config: a gated feed-forward of DINOv3 has names that a plain one has too. */
export function vitModelWeightsOf(config: VitConfig): WeightRules<VitConfig> {
  const rules = vitModelWeights(config.modelType);
  if (!config.gated) return rules;
  const others = Object.entries(rules.rename).filter(([name]) => !/\.ffn\.fc[12]\./.test(name));
  return { ...rules, rename: { ...Object.fromEntries(others), ...DINO_V3_GATED } };
}

/** The weights of a Swin, given the names of its backbone, with or without a head. */
export function backboneWeights<Config>(
  backbone: NameMap,
  ignore: IgnoredArrays<Config>,
  { hasHead, prefix }: { readonly hasHead: boolean; readonly prefix: string },
): WeightRules<Config> {
  const before = hasHead ? `${prefix}.` : "";
  const own = prefixed({ ...MASK_TOKEN, ...ignore }, before);
  return {
    rename: headNames(backbone, before),
    ignore: { ...own, ...(!hasHead && HEADS), ...OTHER_HEADS },
    prefix,
  };
}

/** The names of a whole model, with `prefix` before those of its backbone in the files. */
function headNames(backbone: NameMap, prefix: string): NameMap {
  return { ...inBackbone(backbone, prefix), ...HEAD_NAMES };
}

function prefixed<Config>(arrays: IgnoredArrays<Config>, prefix: string): IgnoredArrays<Config> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [prefix + name, array]));
}

function unread(as: string, names: readonly string[]): IgnoredArrays {
  return Object.fromEntries(names.map((name) => [name, { as }]));
}
