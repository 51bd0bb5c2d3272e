import { Recorder } from "@qkv/nn";
import { checkArray, checkRecord, checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { ImageClassifier } from "../imageModel.ts";

/** The paths of the attention probabilities of each layer, in order. */
export function attentionPaths(model: Pick<ImageClassifier, "activations">): readonly string[] {
  checkRecord("attentionPaths", "model", model);
  checkArray("attentionPaths", "model.activations", model.activations);
  return model.activations.filter((path) => path.endsWith(".selfAttn.probabilities"));
}

/**
 * The attention probabilities of each layer for a batch of images.
 *
 * @param pixels [B, C, H, W]
 * @returns [B, heads, L, L] for each layer; of Swin [B * numWindows, heads, M * M, M * M], windows row by row. The caller's.
 */
export function recordAttentions(
  model: Pick<ImageClassifier, "activations"> & {
    forward(pixels: tf.Tensor, options: { readonly taps: Recorder }): object;
  },
  pixels: tf.Tensor,
): tf.Tensor4D[] {
  checkTensor("recordAttentions", "pixels", pixels, "[B, C, H, W]", "float32");
  const paths = attentionPaths(model);
  using seen = new Recorder(paths);
  return tf.tidy(() => {
    model.forward(pixels, { taps: seen });
    return paths.map((path) => tf.clone(seen.get<tf.Tensor4D>(path)));
  });
}
