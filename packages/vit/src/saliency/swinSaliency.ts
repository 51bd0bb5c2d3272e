import * as tf from "@tensorflow/tfjs-core";
import type { PixelValues } from "../image/preprocessImages.ts";
import type { Size } from "../imageModel.ts";
import type { SwinClassifier } from "../swin/swinClassifier.ts";
import { classActivationMap } from "./classActivationMap.ts";
import type { SaliencyMaps } from "./saliencyMaps.ts";
import { averageMaps } from "./averageMaps.ts";
import { recordAttentions } from "./recordAttentions.ts";
import { readWindowAttentions, windowPatchMap, windowReceivedMap, type WindowWeights } from "./windowAttention.ts";

/** Saliency maps of a Swin classifier. */
export async function swinSaliency(model: SwinClassifier, { data, shape }: PixelValues): Promise<SaliencyMaps> {
  const size: Size = [shape[2], shape[3]];
  const attentions = tf.tidy(() => recordAttentions(model, tf.tensor4d(data, [...shape])));
  const layers: WindowWeights[] = [];
  try {
    for (const layer of attentions.keys()) {
      layers.push(await readWindowAttentions(attentions, layer, model.config, size));
    }
  } finally {
    tf.dispose(attentions);
  }
  return {
    heads: layers.map(({ heads }) => heads),
    head: ({ layer, head }, patch) => {
      const weights = layers[layer];
      if (weights === undefined) {
        throw new RangeError(`Swin's layers: expected a layer below ${layers.length}, got ${layer}`);
      }
      const heads = head === undefined ? Array.from({ length: weights.heads }, (_, each) => each) : [head];
      return averageMaps(
        heads.map((each) =>
          patch === undefined ? windowReceivedMap(weights, each) : windowPatchMap(weights, each, patch),
        ),
      );
    },
    classSaliency: async (label) => {
      const pixels = tf.tensor4d(data, [...shape]);
      try {
        return await classActivationMap(model, pixels, label);
      } finally {
        pixels.dispose();
      }
    },
  };
}
