import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME, ConfigFields, formatLabels, parseLabels } from "@qkv/transformer";
import type { ImageModelConfig, Size } from "../imageModel.ts";

/** Config of a YOLOS (arXiv:2106.00666; https://huggingface.co/docs/transformers/model_doc/yolos). */
export interface YolosConfig extends ImageModelConfig {
  readonly modelType: "yolos";
  readonly patchSize: Size;
  readonly dModel: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  /** Whether queries, keys and values have a bias. */
  readonly qkvBias: boolean;
  readonly layerNormEps: number;
  readonly dropout: number;
  readonly attentionDropout: number;
  /** Standard deviation of the normal distribution that initializes weight matrices. */
  readonly initializerRange: number;
  /** T: the number of tokens that each find an object or none. */
  readonly detectionTokens: number;
  /** Whether each layer but the last is followed by positions of its own. */
  readonly midPositions: boolean;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "yolos". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseYolosConfig(json: unknown): YolosConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "yolos");
  const dModel = fields.integer("hidden_size", 768);
  const patch = fields.integer("patch_size", 16);
  if (patch < 1) fields.fail("patch_size", "a whole number above 0");
  const imageSize = fields.has("image_size") ? fields.size("image_size", 0) : ([512, 864] as const);
  const midPositions = fields.boolean("use_mid_position_embeddings", true);
  const [rows, columns] = [Math.floor(imageSize[0] / patch), Math.floor(imageSize[1] / patch)];
  if (rows < 1 || columns < 1) fields.fail("patch_size", `at most ${imageSize}`);
  // Python counts the places of these in another way, which is the same where nothing is left over.
  if (midPositions && Math.floor((imageSize[0] * imageSize[1]) / patch ** 2) !== rows * columns) {
    fields.fail("image_size", `two multiples of patch_size ${patch}, with use_mid_position_embeddings`);
  }
  const detectionTokens = fields.integer("num_detection_tokens", 100);
  if (detectionTokens < 1) fields.fail("num_detection_tokens", "a whole number above 0");
  return {
    modelType: "yolos",
    imageSize,
    patchSize: [patch, patch],
    numChannels: fields.integer("num_channels", 3),
    ...parseLabels(fields),
    dModel,
    numLayers: fields.integer("num_hidden_layers", 12),
    numHeads: fields.divisor("num_attention_heads", 12, dModel),
    ffnDim: fields.integer("intermediate_size", 3072),
    activation: fields.oneOf("hidden_act", ACTIVATIONS_BY_NAME, "gelu"),
    qkvBias: fields.boolean("qkv_bias", true),
    layerNormEps: fields.number("layer_norm_eps", 1e-12),
    dropout: fields.rate("hidden_dropout_prob", 0),
    attentionDropout: fields.rate("attention_probs_dropout_prob", 0),
    initializerRange: fields.number("initializer_range", 0.02),
    detectionTokens,
    midPositions,
  };
}

/** The fields of the `config.json` that transformers opens as this model: {@link parseYolosConfig} reads them back. */
export function formatYolosConfig(config: YolosConfig): Record<string, unknown> {
  checkRecord("formatYolosConfig", "config", config);
  return {
    model_type: "yolos",
    image_size: config.imageSize,
    patch_size: config.patchSize[0],
    num_channels: config.numChannels,
    ...formatLabels(config),
    hidden_size: config.dModel,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    intermediate_size: config.ffnDim,
    hidden_act: ACTIVATION_NAMES[config.activation],
    qkv_bias: config.qkvBias,
    layer_norm_eps: config.layerNormEps,
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: config.attentionDropout,
    initializer_range: config.initializerRange,
    num_detection_tokens: config.detectionTokens,
    use_mid_position_embeddings: config.midPositions,
  };
}
