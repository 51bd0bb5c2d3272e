import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME, ConfigFields, formatLabels, parseLabels } from "@qkv/transformer";
import { sideOf } from "../formatConfig.ts";
import type { ImageModelConfig, Size } from "../imageModel.ts";

/** Config of a BEiT (arXiv:2106.08254; https://huggingface.co/docs/transformers/model_doc/beit). */
export interface BeitConfig extends ImageModelConfig {
  readonly modelType: "beit";
  readonly patchSize: Size;
  readonly dModel: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  readonly layerNormEps: number;
  readonly dropout: number;
  readonly attentionDropout: number;
  /** The drop probability of the last layer's branches in training (stochastic depth); it rises from 0 at the first layer. */
  readonly dropPath: number;
  /** The initial value of layer scale; absent: no layer scale. */
  readonly layerScale?: number;
  /** Whether patches have learned positions. */
  readonly absolutePositions: boolean;
  /** Whether each layer has a bias of its scores by the distance of patches. */
  readonly relativeBias: boolean;
  /** Whether all layers share one, besides their own if they have any. */
  readonly sharedBias: boolean;
  /** Whether an image's vector is the mean of its patches, normalized, or the class token's. */
  readonly meanPooling: boolean;
  /** Standard deviation of the normal distribution that initializes weight matrices. */
  readonly initializerRange: number;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "beit". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseBeitConfig(json: unknown): BeitConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "beit");
  const dModel = fields.integer("hidden_size", 768);
  const numHeads = fields.divisor("num_attention_heads", 12, dModel);
  if ((fields.optionalInteger("head_dim") ?? dModel / numHeads) !== dModel / numHeads) {
    fields.fail("head_dim", `${dModel / numHeads}, hidden_size / num_attention_heads`);
  }
  const [imageSize, patch] = [fields.size("image_size", 224), fields.integer("patch_size", 16)];
  if (patch < 1 || patch > Math.min(...imageSize)) fields.fail("patch_size", `from 1 to ${Math.min(...imageSize)}`);
  const layerScale = fields.number("layer_scale_init_value", 0.1);
  return {
    modelType: "beit",
    imageSize,
    patchSize: [patch, patch],
    numChannels: fields.integer("num_channels", 3),
    ...parseLabels(fields),
    dModel,
    numLayers: fields.integer("num_hidden_layers", 12),
    numHeads,
    ffnDim: fields.integer("intermediate_size", 3072),
    activation: fields.oneOf("hidden_act", ACTIVATIONS_BY_NAME, "gelu"),
    layerNormEps: fields.number("layer_norm_eps", 1e-12),
    dropout: fields.rate("hidden_dropout_prob", 0),
    attentionDropout: fields.rate("attention_probs_dropout_prob", 0),
    dropPath: fields.rate("drop_path_rate", 0.1),
    ...(layerScale > 0 && { layerScale }),
    absolutePositions: fields.boolean("use_absolute_position_embeddings", false),
    relativeBias: fields.boolean("use_relative_position_bias", false),
    sharedBias: fields.boolean("use_shared_relative_position_bias", false),
    meanPooling: fields.boolean("use_mean_pooling", true),
    initializerRange: fields.number("initializer_range", 0.02),
  };
}

/** The fields of the `config.json` that transformers opens as this model: {@link parseBeitConfig} reads them back. */
export function formatBeitConfig(config: BeitConfig): Record<string, unknown> {
  checkRecord("formatBeitConfig", "config", config);
  return {
    model_type: "beit",
    image_size: sideOf(config.imageSize),
    patch_size: config.patchSize[0],
    num_channels: config.numChannels,
    ...formatLabels(config),
    hidden_size: config.dModel,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    intermediate_size: config.ffnDim,
    hidden_act: ACTIVATION_NAMES[config.activation],
    layer_norm_eps: config.layerNormEps,
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: config.attentionDropout,
    drop_path_rate: config.dropPath,
    layer_scale_init_value: config.layerScale ?? 0,
    use_absolute_position_embeddings: config.absolutePositions,
    use_relative_position_bias: config.relativeBias,
    use_shared_relative_position_bias: config.sharedBias,
    use_mean_pooling: config.meanPooling,
    initializer_range: config.initializerRange,
  };
}
