import type { Params, PassOptions } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { Labels } from "@qkv/transformer";

// Letters used for shapes throughout this package:
//   B batch   C channels   H height   W width, of images in pixels   P side of a patch   N patches   L tokens
//   E model width   K classes   [B, heads, L, L] attention weights

/** A height and a width. */
export type Size = readonly [height: number, width: number];

/** Config fields of every image model, for its input and its classes. */
export interface ImageModelConfig extends Labels {
  /** `model_type` of its `config.json`. */
  readonly modelType: string;
  /** The size of the images that the model was made for. */
  readonly imageSize: Size;
  readonly numChannels: number;
}

/** Outputs of a classifier. */
export interface Classified {
  /** [B, K] */
  readonly logits: tf.Tensor2D;
}

/** An image classifier: ViT, DeiT or Swin with a head. */
export interface ImageClassifier {
  readonly config: ImageModelConfig;
  readonly params: Params;
  /** Paths of all activations of a pass, in order. */
  readonly activations: readonly string[];

  /**
   * The logits of each image: the caller's.
   *
   * @param pixels [B, C, H, W] as Hugging Face's `pixel_values`: channels first, normalized as the model's
   *   `preprocessor_config.json` says. Of any size the model can interpolate its positions to.
   */
  forward(pixels: tf.Tensor, options?: PassOptions): Classified;

  /** Disposes of the weights. */
  dispose(): void;
}
