import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { vitConfig } from "../config.ts";
import { parseSwinConfig } from "../swin/parseConfig.ts";
import { SwinClassifier } from "../swin/swinClassifier.ts";
import { VitClassifier } from "../vitClassifier.ts";
import { attentionRollout } from "./attentionRollout.ts";
import { headMatrix, readAttentions } from "./attentionWeights.ts";
import { classActivationMap } from "./classActivationMap.ts";
import { gradientRollout } from "./gradientRollout.ts";
import { explainPrediction } from "./explainPrediction.ts";
import { classTokenMap, patchMap } from "./patchMap.ts";
import { recordAttentions } from "./recordAttentions.ts";
import { readWindowAttentions, windowPatchMap, windowReceivedMap } from "./windowAttention.ts";

beforeAll(() => initBackend("cpu"));

const CONFIG = vitConfig({
  ...{ imageSize: [4, 6], patchSize: 2, dModel: 6, numLayers: 2, numHeads: 2, labels: ["cat", "dog"] },
});
const SWIN = parseSwinConfig({
  ...{ model_type: "swin", image_size: 8, patch_size: 2, embed_dim: 4, depths: [2, 1], num_heads: [1, 2] },
  ...{ window_size: 2, id2label: { 0: "cat", 1: "dog" } },
});
const random = () => {
  let seed = 3;
  return Params.from((_, shape) => tf.randomNormal(shape, 0, 0.7, "float32", seed++));
};
const imageOf = (height: number, width: number) => ({
  shape: [1, 3, height, width] as const,
  data: Float32Array.from({ length: 3 * height * width }, (_, i) => Math.sin(i * i)),
});

test("a ViT's: rollout, a head, the mean of heads, a patch and the evidence are those of their own functions", async () => {
  using model = new VitClassifier(random(), CONFIG);
  const image = imageOf(4, 6);
  const look = await expectNoLeaks(() => explainPrediction(model, image));
  const pixels = tf.tensor4d(image.data, [...image.shape]);
  const attentions = recordAttentions(model, pixels);
  const weights = await readAttentions(attentions);
  const heads = [0, 1].map((head) => headMatrix(weights, 1, head));
  expect(look.heads).toEqual([2, 2]);
  expect(look.rollout?.()).toEqual(classTokenMap(attentionRollout(weights), CONFIG));
  expect(look.rollout?.(4)).toEqual(patchMap(attentionRollout(weights), 4, CONFIG));
  expect(heads.map((_, head) => look.head({ layer: 1, head }))).toEqual(heads.map((one) => classTokenMap(one, CONFIG)));
  const [one, two] = heads.map((matrix) => patchMap(matrix, 3, CONFIG).values);
  const mean = one?.map((value, patch) => (value + (two?.[patch] ?? NaN)) / 2);
  await expectClose(look.head({ layer: 1 }, 3).values, mean ?? []);
  expect(await look.classSaliency(1)).toEqual(classTokenMap(await gradientRollout(model, pixels, 1), CONFIG));
  tf.dispose([pixels, ...attentions]);
});

test("Swin's: windows and the class activation map; no rollout", async () => {
  using model = new SwinClassifier(random(), SWIN);
  const image = imageOf(8, 8);
  const look = await expectNoLeaks(() => explainPrediction(model, image));
  const pixels = tf.tensor4d(image.data, [...image.shape]);
  const attentions = recordAttentions(model, pixels);
  const weights = await readWindowAttentions(attentions, 1, SWIN, [8, 8]);
  expect(look.heads).toEqual([1, 1, 2]);
  expect(look.rollout).toBeUndefined();
  expect(look.head({ layer: 1, head: 0 })).toEqual(windowReceivedMap(weights, 0));
  expect(look.head({ layer: 1 }, 5)).toEqual(windowPatchMap(weights, 0, 5));
  expect(() => look.head({ layer: 3 })).toThrow("expected a layer below 3, got 3");
  expect(await look.classSaliency(0)).toEqual(await classActivationMap(model, pixels, 0));
  tf.dispose([pixels, ...attentions]);
});

test("refuses several images", async () => {
  using model = new VitClassifier(random(), CONFIG);
  const two = { shape: [2, 3, 4, 6] as const, data: new Float32Array(144) };
  await expect(explainPrediction(model, two)).rejects.toThrow("expected one image, got 2");
});
