import { checkRecord } from "@qkv/ops";
import type { Activation } from "@qkv/nn";
import type { ImageModelConfig, Size } from "./imageModel.ts";
import type { VitModelType } from "./modelType.ts";

/** One layer of a convolutional stem: 3 x 3, with a border of one pixel of zeros. */
export interface StemLayer {
  readonly channels: number;
  readonly stride: 1 | 2;
}

/** Random changes of the places of patches, which Python makes in DINOv3's training and nothing makes here. */
export interface PlaceChanges {
  readonly shift: number | null;
  readonly jitter: number | null;
  readonly rescale: number | null;
}

/** Config of a Vision Transformer: ViT, DeiT, DINOv2, DINOv3 or one of this project's own kinds. */
export interface VitConfig extends ImageModelConfig {
  readonly modelType: VitModelType;
  readonly patchSize: Size;
  /** Convolutions before the patches are cut. None in ViT, DeiT and DINOv2. */
  readonly stem: readonly StemLayer[];
  readonly dModel: number;
  readonly numLayers: number;
  readonly numHeads: number;
  /** The width of a head. Default dModel / numHeads. */
  readonly headDim?: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  /** Whether the feed-forward is gated by SiLU, without the activation (DINOv2's largest). Default false. */
  readonly swiGlu?: boolean;
  /** Whether the feed-forward is gated by the activation of a matrix of its own (DINOv3's largest). Default false. */
  readonly gated?: boolean;
  /** Whether the maps of the feed-forward have a bias. Default true. */
  readonly ffnBias?: boolean;
  /** Whether queries, keys and values have a bias. */
  readonly qkvBias: boolean;
  /** Which of them have one, if they are not alike (DINOv3). Default as `qkvBias` says. */
  readonly qkvBiases?: { readonly q: boolean; readonly k: boolean; readonly v: boolean };
  /** Whether the attention's output projection has a bias. Default true, as in every family of Hugging Face. */
  readonly outBias?: boolean;
  readonly layerNormEps: number;
  readonly dropout: number;
  readonly attentionDropout: number;
  /** The drop probability of the last layer's branches in training (stochastic depth); it rises from 0 at the first layer, but in DINOv3. */
  readonly dropPath: number;
  /** The standard deviation of the initial weights. */
  readonly initializerRange: number;
  /** Whether a distillation token, which learns from a teacher, follows the class token (DeiT, arXiv:2012.12877). */
  readonly distillationToken: boolean;
  /** The base of rotary positions of the patches, which have no learned ones then (DINOv3). Default none. */
  readonly ropeTheta?: number;
  /** Of rotary positions. */
  readonly placeChanges?: PlaceChanges;
  /** The number of register tokens, which have no position (arXiv:2309.16588). */
  readonly registerTokens: number;
  /** The initial value of layer scale; absent: no layer scale. */
  readonly layerScale?: number;
  /**
   * The input of the classifier: the class token, the mean of the patches (then there is no class token: arXiv:2205.01580),
   * or both side by side (DINOv2).
   */
  readonly pooling: "class" | "mean" | "classAndMean";
  /** Whether positions are resized for other image sizes with a filter that widens when they shrink (DINOv2 with registers). */
  readonly antialiasedPositions: boolean;
  /** The layer after the class token of a model without a classifier; absent in classifiers. */
  readonly pooler?: { readonly size: number; readonly activation: Activation };
}

/** Options of {@link vitConfig}. */
export type VitSizes = Pick<VitConfig, "dModel" | "numLayers" | "numHeads" | "labels"> &
  Partial<Omit<VitConfig, "imageSize" | "patchSize">> & {
    /** A side in pixels, or height and width. */
    readonly imageSize: number | Size;
    readonly patchSize: number | Size;
  };

/**
 * Returns a config with ViT's defaults for omitted fields: 3 channels, a feed-forward of 4 times the width, GELU, a class
 * token, no dropout. `new VitClassifier(Params.initialized(seed), vitConfig(...))` is then a model to be trained.
 */
export function vitConfig(options: VitSizes): VitConfig {
  checkRecord("vitConfig", "options", options);
  const { imageSize, patchSize, ...sizes } = options;
  const config = {
    numChannels: 3,
    stem: [],
    ffnDim: 4 * sizes.dModel,
    activation: "gelu",
    qkvBias: true,
    layerNormEps: 1e-6,
    dropout: 0,
    attentionDropout: 0,
    dropPath: 0,
    initializerRange: 0.02,
    distillationToken: false,
    registerTokens: 0,
    pooling: "class",
    antialiasedPositions: false,
    ...sizes,
    imageSize: sizeOf(imageSize),
    patchSize: sizeOf(patchSize),
  } satisfies Omit<VitConfig, "modelType">;
  return { modelType: vitModelType(config), ...config };
}

function sizeOf(side: number | Size): Size {
  return typeof side === "number" ? [side, side] : side;
}

/**
 * The `model_type` that fits a config exactly: one of Hugging Face transformers if there is one, else this
 * project's own `qkv_vit`.
 */
export function vitModelType(config: Omit<VitConfig, "modelType">): VitModelType {
  checkRecord("vitModelType", "config", config);
  const { stem, distillationToken, registerTokens, layerScale, pooling, antialiasedPositions } = config;
  if (stem.length > 0 || config.outBias === false) return "qkv_vit";
  if (pooling === "class" && registerTokens === 0 && layerScale === undefined && !antialiasedPositions) {
    return distillationToken ? "deit" : "vit";
  }
  const isRatio = config.swiGlu || Number.isInteger(config.ffnDim / config.dModel); // DINOv2's configs support nothing else
  if (pooling === "classAndMean" && layerScale !== undefined && isRatio && !distillationToken) {
    if (antialiasedPositions) return "dinov2_with_registers";
    if (registerTokens === 0) return "dinov2";
  }
  return "qkv_vit";
}
