import * as tf from "@tensorflow/tfjs-core";
import type { DistilledVitClassifier } from "../distilledVitClassifier.ts";
import type { PixelValues } from "../image/preprocessImages.ts";
import type { Size } from "../imageModel.ts";
import type { VitClassifier } from "../vitClassifier.ts";
import { attentionRollout } from "./attentionRollout.ts";
import { headMatrix, readAttentions, type TokenMatrix } from "./attentionWeights.ts";
import { gradientRollout } from "./gradientRollout.ts";
import type { SaliencyMaps } from "./saliencyMaps.ts";
import { averageMaps } from "./averageMaps.ts";
import { classTokenMap, patchMap } from "./patchMap.ts";
import { recordAttentions } from "./recordAttentions.ts";

/** Saliency maps of a ViT or DeiT classifier. */
export async function vitSaliency(
  model: VitClassifier | DistilledVitClassifier,
  { data, shape }: PixelValues,
): Promise<SaliencyMaps> {
  const size: Size = [shape[2], shape[3]];
  const { config } = model;
  const attentions = tf.tidy(() => recordAttentions(model, tf.tensor4d(data, [...shape])));
  const weights = await readAttentions(attentions).finally(() => tf.dispose(attentions));
  const rollout = attentionRollout(weights);
  const mapOf = (matrix: TokenMatrix, patch: number | undefined) =>
    patch === undefined ? classTokenMap(matrix, config, size) : patchMap(matrix, patch, config, size);
  return {
    heads: Array.from({ length: weights.layers }, () => weights.heads),
    rollout: (patch) => mapOf(rollout, patch),
    head: ({ layer, head }, patch) => {
      const heads = head === undefined ? Array.from({ length: weights.heads }, (_, each) => each) : [head];
      return averageMaps(heads.map((each) => mapOf(headMatrix(weights, layer, each), patch)));
    },
    classSaliency: async (label) => {
      const pixels = tf.tensor4d(data, [...shape]);
      try {
        return classTokenMap(await gradientRollout(model, pixels, label), config, size);
      } finally {
        pixels.dispose();
      }
    },
  };
}
