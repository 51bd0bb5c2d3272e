import { ACTIVATIONS_BY_NAME, ConfigFields, parseLabels } from "@qkv/transformer";
import { stageWidth, type SwinConfig } from "./config.ts";

const MOST_LAYERS = 10_000;

/**
 * Reads Hugging Face's `config.json` of `model_type` "swin"
 * (https://huggingface.co/docs/transformers/model_doc/swin). Fields left out have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseSwinConfig(json: unknown): SwinConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "swin");
  const dModel = fields.integer("embed_dim", 96);
  const depths = fields.integers("depths", [2, 2, 6, 2]);
  if (depths.length === 0 || depths.some((depth) => depth > MOST_LAYERS)) {
    fields.fail("depths", `a list of whole numbers from 1 to ${MOST_LAYERS}`);
  }
  const numHeads = fields.integers("num_heads", [3, 6, 12, 24]);
  const fits =
    numHeads.length === depths.length && numHeads.every((heads, stage) => stageWidth({ dModel }, stage) % heads === 0);
  if (!fits) fields.fail("num_heads", `${depths.length} divisors of ${dModel} and its doubles`);
  const window = fields.integer("window_size", 7);
  if (window < 1) fields.fail("window_size", "a whole number above 0");
  const [imageSize, patchSize] = [fields.size("image_size", 224), fields.size("patch_size", 4)];
  if (patchSize[0] > imageSize[0] || patchSize[1] > imageSize[1]) fields.fail("patch_size", `at most ${imageSize}`);
  const ffnRatio = fields.number("mlp_ratio", 4);
  if (Math.floor(dModel * ffnRatio) < 1) fields.fail("mlp_ratio", `at least 1 / ${dModel}`);
  return {
    modelType: "swin",
    imageSize,
    patchSize,
    numChannels: fields.integer("num_channels", 3),
    ...parseLabels(fields),
    dModel,
    depths,
    numHeads,
    window,
    ffnRatio,
    activation: fields.oneOf("hidden_act", ACTIVATIONS_BY_NAME, "gelu"),
    qkvBias: fields.boolean("qkv_bias", true),
    layerNormEps: fields.number("layer_norm_eps", 1e-5),
    dropout: fields.rate("hidden_dropout_prob", 0),
    attentionDropout: fields.rate("attention_probs_dropout_prob", 0),
    dropPath: fields.rate("drop_path_rate", 0.1),
    absolutePositions: fields.boolean("use_absolute_embeddings", false),
    initializerRange: fields.number("initializer_range", 0.02),
  };
}
