import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME, ConfigFields, parseLabels } from "@qkv/transformer";
import { sideOf } from "../formatConfig.ts";
import type { TowerClassifierConfig, TowerConfig, TwoTowerConfig, VisionTowerConfig } from "./config.ts";

/** transformers' defaults, where CLIP's and SigLIP's differ. */
export interface TowerDefaults {
  readonly dModel: number;
  readonly numHeads: number;
  readonly ffnDim: number;
  readonly activation: string;
  readonly layerNormEps: number;
}

/** Reads the fields of a `config.json` that both towers of both families have. */
export function towerFields(
  fields: ConfigFields,
  defaults: TowerDefaults,
): Omit<TowerConfig, "modelType" | "initializerRange"> {
  const dModel = fields.integer("hidden_size", defaults.dModel);
  return {
    dModel,
    numLayers: fields.integer("num_hidden_layers", 12),
    numHeads: fields.divisor("num_attention_heads", defaults.numHeads, dModel),
    ffnDim: fields.integer("intermediate_size", defaults.ffnDim),
    activation: fields.oneOf("hidden_act", ACTIVATIONS_BY_NAME, defaults.activation),
    layerNormEps: fields.number("layer_norm_eps", defaults.layerNormEps),
    attentionDropout: fields.rate("attention_dropout", 0),
  };
}

/** Reads the fields of images, which transformers takes as squares cut into squares. */
export function imageFields(
  fields: ConfigFields,
  defaultPatch: number,
): Pick<VisionTowerConfig, "imageSize" | "patchSize" | "numChannels"> {
  const side = (name: string, fallback: number) => {
    const value = fields.integer(name, fallback);
    return value > 0 ? ([value, value] as const) : fields.fail(name, "a whole number above 0");
  };
  const [imageSize, patchSize] = [side("image_size", 224), side("patch_size", defaultPatch)];
  if (patchSize[0] > imageSize[0]) fields.fail("patch_size", `at most ${imageSize[0]}`);
  return { imageSize, patchSize, numChannels: fields.integer("num_channels", 3) };
}

/** Adds the classes that a `config.json` of both towers names, for a classifier of images. */
export function withClasses(towers: TwoTowerConfig, json: unknown): TowerClassifierConfig {
  const { imageSize, numChannels } = towers.vision;
  return { ...towers, imageSize, numChannels, ...parseLabels(new ConfigFields(json)) };
}

/** Formats what {@link towerFields} reads. */
export function formatTower(config: TowerConfig): Record<string, unknown> {
  return {
    model_type: config.modelType,
    hidden_size: config.dModel,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    intermediate_size: config.ffnDim,
    hidden_act: ACTIVATION_NAMES[config.activation],
    layer_norm_eps: config.layerNormEps,
    attention_dropout: config.attentionDropout,
    ...(config.initializerRange !== undefined && { initializer_range: config.initializerRange }),
  };
}

/** Formats what {@link imageFields} reads. */
export function formatImage({ imageSize, patchSize, numChannels }: VisionTowerConfig): Record<string, unknown> {
  return { image_size: sideOf(imageSize), patch_size: sideOf(patchSize), num_channels: numChannels };
}
