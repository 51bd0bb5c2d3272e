import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, formatLabels } from "@qkv/transformer";
import type { VitConfig } from "./config.ts";
import type { Size } from "./imageModel.ts";
import type { VitModelType } from "./modelType.ts";
import { swiGluRatio } from "./swiGluWidth.ts";

/** Fields of `config.json` that only some families have. */
const FAMILIES: Readonly<Record<VitModelType, (config: VitConfig) => Record<string, unknown>>> = {
  vit: vitFields,
  deit: vitFields,
  dinov2: dinoFields,
  dinov2_with_registers: (config) => ({ ...dinoFields(config), num_register_tokens: config.registerTokens }),
  dinov3_vit: dinoV3Fields,
  qkv_vit: (config) => ({
    ...vitFields(config),
    stem_channels: config.stem.map(({ channels }) => channels),
    stem_strides: config.stem.map(({ stride }) => stride),
    num_register_tokens: config.registerTokens,
    out_bias: config.outBias ?? true,
    distillation_token: config.distillationToken,
    pooling: config.pooling === "classAndMean" ? "class_and_mean" : config.pooling,
    antialiased_positions: config.antialiasedPositions,
    ...(config.layerScale !== undefined && { layerscale_value: config.layerScale }),
  }),
};

/**
 * The fields of the `config.json` that transformers opens as this model, or {@link parseVitConfig} alone where the
 * `model_type` is `qkv_vit`.
 */
export function formatVitConfig(config: VitConfig): Record<string, unknown> {
  checkRecord("formatVitConfig", "config", config);
  const { modelType } = config;
  return {
    model_type: modelType,
    image_size: sideOf(config.imageSize),
    patch_size: sideOf(config.patchSize),
    num_channels: config.numChannels,
    ...formatLabels(config),
    hidden_size: config.dModel,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    ...(config.headDim !== undefined && { head_dim: config.headDim }),
    hidden_act: ACTIVATION_NAMES[config.activation],
    qkv_bias: config.qkvBias,
    layer_norm_eps: config.layerNormEps,
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: config.attentionDropout,
    drop_path_rate: config.dropPath,
    initializer_range: config.initializerRange,
    ...FAMILIES[modelType](config),
  };
}

/** Formats a size: one number for a square. */
export function sideOf([height, width]: Size): number | Size {
  return height === width ? height : [height, width];
}

function vitFields({ ffnDim, pooler }: VitConfig): Record<string, unknown> {
  return {
    intermediate_size: ffnDim,
    ...(pooler && { pooler_output_size: pooler.size, pooler_act: ACTIVATION_NAMES[pooler.activation] }),
  };
}

function dinoV3Fields(config: VitConfig): Record<string, unknown> {
  const { qkvBias, qkvBiases, placeChanges } = config;
  return {
    intermediate_size: config.ffnDim,
    use_gated_mlp: config.gated ?? false,
    mlp_bias: config.ffnBias ?? true,
    query_bias: qkvBiases?.q ?? qkvBias,
    key_bias: qkvBiases?.k ?? qkvBias,
    value_bias: qkvBiases?.v ?? qkvBias,
    proj_bias: config.outBias ?? true,
    layerscale_value: config.layerScale,
    attention_dropout: config.attentionDropout,
    num_register_tokens: config.registerTokens,
    rope_theta: config.ropeTheta,
    pos_embed_shift: placeChanges?.shift ?? null,
    pos_embed_jitter: placeChanges?.jitter ?? null,
    pos_embed_rescale: placeChanges?.rescale ?? null,
  };
}

function dinoFields({ ffnDim, dModel, layerScale, swiGlu = false }: VitConfig): Record<string, unknown> {
  if (layerScale === undefined) throw new RangeError("formatVitConfig: expected a layerScale in a DINOv2, got none");
  const ratio = swiGlu ? swiGluRatio(dModel, ffnDim) : ffnDim / dModel;
  return { mlp_ratio: ratio, layerscale_value: layerScale, use_swiglu_ffn: swiGlu };
}
