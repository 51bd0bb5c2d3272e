import { checkTensor, denseOf } from "@qkv/ops";
import { tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { leadingTokens, patchGrid } from "../grid.ts";
import type { Size } from "../imageModel.ts";
import { SwinClassifier } from "../swin/swinClassifier.ts";
import type { VitClassifier } from "../vitClassifier.ts";
import type { PatchMap } from "./patchMap.ts";

/**
 * Class activation map: each patch's part in a class's logit, in a classifier of their mean, such as Swin: the logit is
 * the mean of the map, plus the class's bias ("Learning Deep Features for Discriminative Localization", arXiv:1512.04150).
 *
 * @param pixels [1, C, H, W], one image
 * @param label the class, counted from 0
 * @returns a number for each patch of the last stage; below 0 where it counts against the class
 * @throws RangeError if there is not one image, or no such class
 */
export async function classActivationMap(
  model: SwinClassifier | VitClassifier,
  pixels: tf.Tensor,
  label: number,
): Promise<PatchMap> {
  checkTensor("classActivationMap", "pixels", pixels, "[1, C, H, W]", "float32");
  const { labels } = model.config;
  if (pixels.shape[0] !== 1) throw new RangeError(`classActivationMap: expected one image, got [${pixels.shape}]`);
  if (!Number.isInteger(label) || label < 0 || label >= labels.length || model.classifier === undefined) {
    throw new RangeError(`classActivationMap: expected a label from 0 to ${labels.length - 1}, got ${label}`);
  }
  const weight = model.classifier.weight;
  const { added, grid } = tidy(() => {
    const { patches, grid } = readPatches(model, pixels); // [N, E]
    const added = tf.matMul(patches, tf.slice(denseOf(weight), [label, 0], [1, -1]), false, true); // [N, 1]
    return { added, grid };
  });
  try {
    return { rows: grid[0], columns: grid[1], values: Float32Array.from(await added.data()) };
  } finally {
    added.dispose();
  }
}

/** The vectors whose mean the classifier reads, and their grid. */
function readPatches(model: SwinClassifier | VitClassifier, pixels: tf.Tensor4D): { patches: tf.Tensor2D; grid: Size } {
  if (model instanceof SwinClassifier) {
    const { lastHiddenState } = model.backbone.forward(pixels);
    return { patches: tf.squeeze(lastHiddenState, [0]), grid: model.backbone.grids(pixels).at(-1) as Size };
  }
  if (model.config.pooling !== "mean") {
    throw new RangeError(`classActivationMap: expected a model with pooling "mean", got "${model.config.pooling}"`);
  }
  const lastHiddenState = model.backbone.forward(pixels);
  const patches = tf.slice(lastHiddenState, [0, leadingTokens(model.config), 0], [1, -1, model.config.dModel]);
  const grid = patchGrid(model.config, [pixels.shape[2], pixels.shape[3]]);
  return { patches: tf.squeeze(patches, [0]), grid };
}
