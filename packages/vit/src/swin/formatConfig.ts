import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, formatLabels } from "@qkv/transformer";
import { sideOf } from "../formatConfig.ts";
import { stageWidth, type SwinConfig } from "./config.ts";

/** The fields of the `config.json` that transformers opens as this model: `parseSwinConfig` reads them back. */
export function formatSwinConfig(config: SwinConfig): Record<string, unknown> {
  checkRecord("formatSwinConfig", "config", config);
  return {
    model_type: "swin",
    image_size: sideOf(config.imageSize),
    patch_size: sideOf(config.patchSize),
    num_channels: config.numChannels,
    ...formatLabels(config),
    embed_dim: config.dModel,
    hidden_size: stageWidth(config, config.depths.length - 1),
    depths: config.depths,
    num_heads: config.numHeads,
    num_layers: config.depths.length,
    window_size: config.window,
    mlp_ratio: config.ffnRatio,
    hidden_act: ACTIVATION_NAMES[config.activation],
    qkv_bias: config.qkvBias,
    layer_norm_eps: config.layerNormEps,
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: config.attentionDropout,
    drop_path_rate: config.dropPath,
    use_absolute_embeddings: config.absolutePositions,
    initializer_range: config.initializerRange,
  };
}
