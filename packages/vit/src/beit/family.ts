import type { NameMap, WeightRules } from "@qkv/nn";
import type { Family } from "@qkv/transformer";
import { parsePreprocessorConfig } from "../image/parsePreprocessorConfig.ts";
import { BeitClassifier, BeitModel } from "./beitModel.ts";
import { type BeitConfig, formatBeitConfig, parseBeitConfig } from "./config.ts";

const TABLE = "relative_position_bias.relative_position_bias_table";

const BACKBONE: NameMap = {
  "patches.weight": "embeddings.patch_embeddings.projection.weight",
  "patches.bias": "embeddings.patch_embeddings.projection.bias",
  classToken: "embeddings.cls_token",
  positions: "embeddings.position_embeddings",
  "sharedPositionBias.weight": `encoder.${TABLE}`,
  "positionBiases.*.weight": `encoder.layer.*.attention.attention.${TABLE}`,

  "layers.*.selfAttn.qProj.weight": "encoder.layer.*.attention.attention.query.weight",
  "layers.*.selfAttn.qProj.bias": "encoder.layer.*.attention.attention.query.bias",
  "layers.*.selfAttn.kProj.weight": "encoder.layer.*.attention.attention.key.weight",
  "layers.*.selfAttn.vProj.weight": "encoder.layer.*.attention.attention.value.weight",
  "layers.*.selfAttn.vProj.bias": "encoder.layer.*.attention.attention.value.bias",
  "layers.*.selfAttn.outProj.weight": "encoder.layer.*.attention.output.dense.weight",
  "layers.*.selfAttn.outProj.bias": "encoder.layer.*.attention.output.dense.bias",
  "layers.*.selfAttnNorm.weight": "encoder.layer.*.layernorm_before.weight",
  "layers.*.selfAttnNorm.bias": "encoder.layer.*.layernorm_before.bias",
  "layers.*.selfAttnBranch.scale.weight": "encoder.layer.*.lambda_1",
  "layers.*.ffn.fc1.weight": "encoder.layer.*.intermediate.dense.weight",
  "layers.*.ffn.fc1.bias": "encoder.layer.*.intermediate.dense.bias",
  "layers.*.ffn.fc2.weight": "encoder.layer.*.output.dense.weight",
  "layers.*.ffn.fc2.bias": "encoder.layer.*.output.dense.bias",
  "layers.*.ffnNorm.weight": "encoder.layer.*.layernorm_after.weight",
  "layers.*.ffnNorm.bias": "encoder.layer.*.layernorm_after.bias",
  "layers.*.ffnBranch.scale.weight": "encoder.layer.*.lambda_2",
};

/** The weights of a class, whose norm is the pooler's where that pools the mean. */
function rulesFor(hasHead: boolean, { meanPooling }: Pick<BeitConfig, "meanPooling">): WeightRules<BeitConfig> {
  const before = hasHead ? "beit." : "";
  const norm = meanPooling ? "pooler.layernorm" : "layernorm";
  const names = { ...BACKBONE, "norm.weight": `${norm}.weight`, "norm.bias": `${norm}.bias` };
  const index = "relative_position_bias.relative_position_index";
  return {
    rename: {
      ...Object.fromEntries(Object.entries(names).map(([ours, theirs]) => [`backbone.${ours}`, before + theirs])),
      ...(hasHead && { "classifier.weight": "classifier.weight", "classifier.bias": "classifier.bias" }),
    },
    ignore: {
      [`${before}embeddings.mask_token`]: { as: "the token for hidden patches" },
      [`${before}encoder.${index}`]: INDEX,
      [`${before}encoder.layer.*.attention.attention.${index}`]: INDEX,
      ...(!hasHead && { "classifier.**": { as: "a classifier's" }, "lm_head.**": { as: "masked training's" } }),
      ...(!hasHead && meanPooling && { "layernorm.**": { as: "masked training's" } }),
    },
    prefix: "beit",
  };
}

const INDEX = { as: "the numbers of the distances" };

/** BEiT: a Vision Transformer whose scores know how far apart patches are. */
export const beit: Family<"beit", BeitConfig, BeitModel | BeitClassifier> = {
  modelTypes: ["beit"],
  parseConfig: parseBeitConfig,
  formatConfig: formatBeitConfig,
  parseProcessor: parsePreprocessorConfig,
  architectures: () => [
    {
      className: "BeitForImageClassification",
      task: "imageClassification",
      weights: rulesFor(true, { meanPooling: true }),
      weightsOf: (config) => rulesFor(true, config),
      build: (params, config) => new BeitClassifier(params, config),
      isOf: (model) => model instanceof BeitClassifier,
    },
    {
      className: "BeitModel",
      task: "imageEncoder",
      weights: rulesFor(false, { meanPooling: true }),
      weightsOf: (config) => rulesFor(false, config),
      build: (params, config) => new BeitModel(params, config),
      isOf: (model) => model instanceof BeitModel,
    },
  ],
  build: (params, config) => new BeitClassifier(params, config),
};
