import { checkRecord } from "@qkv/ops";
import type { NameMap } from "@qkv/nn";

/** Our names of a backbone's parameters -> those of Hugging Face's ViT and DeiT files, without the prefix. */
export const VIT_BACKBONE_NAMES: NameMap = {
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
export const DINO_BACKBONE_NAMES: NameMap = {
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

/** The same for this project's own kinds: ViT's names, and those that ViT lacks. */
export const QKV_VIT_BACKBONE_NAMES: NameMap = {
  ...VIT_BACKBONE_NAMES,
  "embeddings.registerTokens": "embeddings.register_tokens",
  "embeddings.stem.layers.*.weight": "embeddings.stem.layers.*.weight",
  "embeddings.stem.layers.*.bias": "embeddings.stem.layers.*.bias",
  "embeddings.stem.layers.*.norm.weight": "embeddings.stem.layers.*.norm.weight",
  "embeddings.stem.layers.*.norm.bias": "embeddings.stem.layers.*.norm.bias",
  "layers.*.selfAttnBranch.scale.weight": "encoder.layer.*.layer_scale1.lambda1",
  "layers.*.ffnBranch.scale.weight": "encoder.layer.*.layer_scale2.lambda1",
};

/** Parameter names of the heads on a backbone. */
export const VIT_HEAD_NAMES: NameMap = {
  "pooler.weight": "pooler.dense.weight",
  "pooler.bias": "pooler.dense.bias",
  "classifier.weight": "classifier.weight",
  "classifier.bias": "classifier.bias",
  "classClassifier.weight": "cls_classifier.weight",
  "classClassifier.bias": "cls_classifier.bias",
  "distillationClassifier.weight": "distillation_classifier.weight",
  "distillationClassifier.bias": "distillation_classifier.bias",
};

/**
 * The names of a whole model.
 *
 * @param prefix what the files put before a backbone's names: `vit.` in a classifier, nothing in a model without a head
 */
export function vitCheckpointNames(backbone: NameMap, prefix: string): NameMap {
  checkRecord("vitCheckpointNames", "backbone", backbone);
  const rows = Object.entries(backbone).map(([ours, theirs]) => [`backbone.${ours}`, prefix + theirs]);
  return { ...Object.fromEntries(rows), ...VIT_HEAD_NAMES };
}
