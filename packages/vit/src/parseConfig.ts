import { ACTIVATIONS_BY_NAME, ConfigFields, parseLabels } from "@qkv/transformer";
import type { StemLayer, VitConfig } from "./config.ts";
import { VIT_MODEL_TYPES, type VitModelType } from "./modelType.ts";
import { swiGluWidth } from "./swiGluWidth.ts";

/** Fields that only some families' `config.json` has, or leaves out because they are fixed. */
const FAMILIES: Readonly<Record<VitModelType, (fields: ConfigFields, dModel: number) => Partial<VitConfig>>> = {
  vit: (fields) => ({ ...vitSizes(fields), ...poolerOf(fields) }),
  deit: (fields) => ({ ...vitSizes(fields), ...poolerOf(fields), distillationToken: true }),
  dinov2: (fields, dModel) => dinoSizes(fields, dModel),
  dinov2_with_registers: (fields, dModel) => ({
    ...dinoSizes(fields, dModel),
    registerTokens: fields.integer("num_register_tokens", 4),
    antialiasedPositions: true,
  }),
  dinov3_vit: (fields, dModel) => dinoV3Fields(fields, dModel),
  qkv_vit: (fields) => ({
    ...vitSizes(fields),
    stem: stemOf(fields),
    registerTokens: fields.integer("num_register_tokens", 0),
    ...(!fields.boolean("out_bias", true) && { outBias: false }),
    distillationToken: fields.boolean("distillation_token", false),
    pooling: fields.oneOf("pooling", POOLINGS, "class"),
    antialiasedPositions: fields.boolean("antialiased_positions", false),
    ...layerScaleOf(fields.optionalNumber("layerscale_value")),
  }),
};

const MODEL_TYPES = Object.fromEntries(VIT_MODEL_TYPES.map((type) => [type, type])) as {
  readonly [T in VitModelType]: T;
};

const POOLINGS = { class: "class", mean: "mean", class_and_mean: "classAndMean" } as const;

/**
 * Reads Hugging Face's `config.json` of `model_type` "vit", "deit", "dinov2" "dinov2_with_registers" or
 * "dinov3_vit" (https://huggingface.co/docs/transformers/model_doc/vit), or of this project's own "qkv_vit". Fields left out have
 * transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseVitConfig(json: unknown): VitConfig {
  const fields = new ConfigFields(json);
  const modelType = fields.oneOf("model_type", MODEL_TYPES, "");
  const isSmall = modelType === "dinov3_vit"; // whose defaults are those of its smallest
  const dModel = fields.integer("hidden_size", isSmall ? 384 : 768);
  const numHeads = fields.integer("num_attention_heads", isSmall ? 6 : 12);
  const [imageSize, patchSize] = [
    fields.size("image_size", 224),
    fields.size("patch_size", modelType === "dinov2" ? 14 : 16),
  ];
  const own = FAMILIES[modelType](fields, dModel);
  if (own.ffnDim !== undefined && own.ffnDim < 1) fields.fail("mlp_ratio", `at least 1 / ${dModel}`);
  if (patchSize[0] > imageSize[0] || patchSize[1] > imageSize[1]) fields.fail("patch_size", `at most ${imageSize}`);
  return {
    modelType,
    imageSize,
    patchSize,
    numChannels: fields.integer("num_channels", 3),
    ...parseLabels(fields),
    stem: [],
    dModel,
    numLayers: fields.integer("num_hidden_layers", 12),
    numHeads,
    ...headDimOf(fields, dModel, numHeads),
    ffnDim: 4 * dModel,
    activation: fields.oneOf("hidden_act", ACTIVATIONS_BY_NAME, "gelu"),
    qkvBias: fields.boolean("qkv_bias", true),
    layerNormEps: 0,
    dropout: fields.rate("hidden_dropout_prob", 0),
    attentionDropout: fields.rate("attention_probs_dropout_prob", 0),
    dropPath: fields.rate("drop_path_rate", 0),
    initializerRange: fields.number("initializer_range", 0.02),
    distillationToken: false,
    registerTokens: 0,
    pooling: "class",
    antialiasedPositions: false,
    ...own,
  };
}

function vitSizes(fields: ConfigFields): Pick<VitConfig, "ffnDim" | "layerNormEps"> {
  return {
    ffnDim: fields.integer("intermediate_size", 3072),
    layerNormEps: fields.number("layer_norm_eps", 1e-12),
  };
}

function poolerOf(fields: ConfigFields): Pick<VitConfig, "pooler"> {
  const size = fields.optionalInteger("pooler_output_size") || fields.integer("hidden_size", 768);
  return { pooler: { size, activation: fields.oneOf("pooler_act", ACTIVATIONS_BY_NAME, "tanh") } };
}

function dinoSizes(fields: ConfigFields, dModel: number): Partial<VitConfig> {
  const [ratio, swiGlu] = [fields.number("mlp_ratio", 4), fields.boolean("use_swiglu_ffn", false)];
  return {
    ffnDim: swiGlu ? swiGluWidth(dModel, ratio) : Math.floor(dModel * ratio),
    ...(swiGlu && { swiGlu }),
    layerNormEps: fields.number("layer_norm_eps", 1e-6),
    ...layerScaleOf(fields.number("layerscale_value", 1)),
    pooling: "classAndMean",
  };
}

function dinoV3Fields(fields: ConfigFields, dModel: number): Partial<VitConfig> {
  const numHeads = fields.divisor("num_attention_heads", 6, dModel);
  if ((dModel / numHeads) % 4 !== 0) fields.fail("num_attention_heads", "a number of heads of a width that 4 divides");
  const bias = (name: string, fallback: boolean) => fields.boolean(`${name}_bias`, fallback);
  const ropeTheta = fields.number("rope_theta", 100);
  if (ropeTheta === 0) fields.fail("rope_theta", "a number above 0");
  const change = (name: string, fallback: number | null) =>
    fields.isNull(name) ? null : (fields.optionalNumber(name) ?? fallback);
  return {
    ffnDim: fields.integer("intermediate_size", 1536),
    ...(fields.boolean("use_gated_mlp", false) && { gated: true }),
    ...(!bias("mlp", true) && { ffnBias: false }),
    qkvBiases: { q: bias("query", true), k: bias("key", false), v: bias("value", true) },
    ...(!bias("proj", true) && { outBias: false }),
    layerNormEps: fields.number("layer_norm_eps", 1e-5),
    ...layerScaleOf(fields.number("layerscale_value", 1)),
    attentionDropout: fields.rate("attention_dropout", 0),
    dropout: 0,
    registerTokens: fields.integer("num_register_tokens", 0),
    pooling: "classAndMean",
    ropeTheta,
    placeChanges: {
      shift: change("pos_embed_shift", null),
      jitter: change("pos_embed_jitter", null),
      rescale: change("pos_embed_rescale", 2),
    },
  };
}

function layerScaleOf(layerScale: number | undefined): Pick<VitConfig, "layerScale"> {
  return layerScale === undefined ? {} : { layerScale };
}

/** The head width as in transformers: rounded down where the heads do not divide the model's width. */
function headDimOf(fields: ConfigFields, dModel: number, numHeads: number): Pick<VitConfig, "headDim"> {
  const headDim = fields.optionalInteger("head_dim") ?? Math.floor(dModel / numHeads);
  if (!(numHeads >= 1 && headDim >= 1)) fields.fail("num_attention_heads", `from 1 to ${dModel}`);
  return headDim * numHeads === dModel ? {} : { headDim };
}

function stemOf(fields: ConfigFields): readonly StemLayer[] {
  const channels = fields.integers("stem_channels", []);
  const strides = fields.integers(
    "stem_strides",
    channels.map(() => 2),
  );
  const fits = strides.length === channels.length && strides.every((stride) => stride === 1 || stride === 2);
  if (!fits) fields.fail("stem_strides", `${channels.length} numbers, each 1 or 2`);
  const stride = strides.reduce<number>((product, each) => product * each, 1);
  if (fields.size("patch_size", 16).some((side) => side % stride !== 0)) {
    fields.fail("patch_size", `a multiple of ${stride}, which the stem's strides make`);
  }
  return channels.map((width, i) => ({ channels: width, stride: strides[i] === 1 ? 1 : 2 }));
}
