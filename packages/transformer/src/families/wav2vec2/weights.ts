import type { NameMap, WeightRules } from "@qkv/nn";
import type { Wav2Vec2Config } from "./config.ts";

/** Below the prefix. */
const NAMES: NameMap = {
  "features.layers.*.weight": "feature_extractor.conv_layers.*.conv.weight",
  "features.layers.*.bias": "feature_extractor.conv_layers.*.conv.bias",
  "features.layers.*.norm.weight": "feature_extractor.conv_layers.*.layer_norm.weight",
  "features.layers.*.norm.bias": "feature_extractor.conv_layers.*.layer_norm.bias",
  "projectionNorm.weight": "feature_projection.layer_norm.weight",
  "projectionNorm.bias": "feature_projection.layer_norm.bias",
  "projection.weight": "feature_projection.projection.weight",
  "projection.bias": "feature_projection.projection.bias",
  "positions.scale": "encoder.pos_conv_embed.conv.parametrizations.weight.original0",
  "positions.direction": "encoder.pos_conv_embed.conv.parametrizations.weight.original1",
  "positions.bias": "encoder.pos_conv_embed.conv.bias",
  "norm.weight": "encoder.layer_norm.weight",
  "norm.bias": "encoder.layer_norm.bias",

  "layers.*.selfAttn.qProj.weight": "encoder.layers.*.attention.q_proj.weight",
  "layers.*.selfAttn.qProj.bias": "encoder.layers.*.attention.q_proj.bias",
  "layers.*.selfAttn.kProj.weight": "encoder.layers.*.attention.k_proj.weight",
  "layers.*.selfAttn.kProj.bias": "encoder.layers.*.attention.k_proj.bias",
  "layers.*.selfAttn.vProj.weight": "encoder.layers.*.attention.v_proj.weight",
  "layers.*.selfAttn.vProj.bias": "encoder.layers.*.attention.v_proj.bias",
  "layers.*.selfAttn.outProj.weight": "encoder.layers.*.attention.out_proj.weight",
  "layers.*.selfAttn.outProj.bias": "encoder.layers.*.attention.out_proj.bias",
  "layers.*.selfAttnNorm.weight": "encoder.layers.*.layer_norm.weight",
  "layers.*.selfAttnNorm.bias": "encoder.layers.*.layer_norm.bias",
  "layers.*.ffn.fc1.weight": "encoder.layers.*.feed_forward.intermediate_dense.weight",
  "layers.*.ffn.fc1.bias": "encoder.layers.*.feed_forward.intermediate_dense.bias",
  "layers.*.ffn.fc2.weight": "encoder.layers.*.feed_forward.output_dense.weight",
  "layers.*.ffn.fc2.bias": "encoder.layers.*.feed_forward.output_dense.bias",
  "layers.*.ffnNorm.weight": "encoder.layers.*.final_layer_norm.weight",
  "layers.*.ffnNorm.bias": "encoder.layers.*.final_layer_norm.bias",
};

/** The weights of `Wav2Vec2ForCTC` or `HubertForCTC`, by the prefix of its files. */
export function ctcWeights(prefix: "wav2vec2" | "hubert"): WeightRules<Wav2Vec2Config> {
  const placed = Object.entries(NAMES).map(([ours, name]) => [ours, `${prefix}.${name}`]);
  const positions = `${prefix}.encoder.pos_conv_embed.conv`;
  return {
    rename: {
      ...(Object.fromEntries(placed) as NameMap),
      "lmHead.weight": "lm_head.weight",
      "lmHead.bias": "lm_head.bias",
    },
    // As files from before PyTorch's parametrizations call a weight's norms and directions.
    alternatives: [
      { from: `${positions}.weight_g`, into: [`${positions}.parametrizations.weight.original0`] },
      { from: `${positions}.weight_v`, into: [`${positions}.parametrizations.weight.original1`] },
    ],
    ignore: { [`${prefix}.masked_spec_embed`]: { as: "the vector of masked steps, of training" } },
    prefix,
  };
}
