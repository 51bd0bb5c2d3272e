import { windowsOf } from "@qkv/attention";
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { cyclicShift } from "../swin/cyclicShift.ts";
import { parseSwinConfig } from "../swin/parseConfig.ts";
import { SwinClassifier } from "../swin/swinClassifier.ts";
import { recordAttentions } from "./recordAttentions.ts";
import { readWindowAttentions, windowPatchMap, windowReceivedMap, type WindowWeights } from "./windowAttention.ts";

beforeAll(() => initBackend("cpu"));

const CONFIG = parseSwinConfig({
  model_type: "swin",
  ...{ image_size: [10, 14], patch_size: 2, embed_dim: 4, depths: [2, 1], num_heads: [2, 1], window_size: 3 },
});
const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);

/** Every layer of a random model on two images of 5 x 7 patches. */
async function layersOf(image: number): Promise<WindowWeights[]> {
  let seed = 3;
  using model = new SwinClassifier(
    Params.from((_name, shape) => tf.randomNormal(shape, 0, 1, "float32", seed++)),
    CONFIG,
  );
  const pixels = tf.randomNormal<tf.Rank.R4>([2, 3, 10, 14], 0, 1, "float32", 5);
  const attentions = recordAttentions(model, pixels);
  const layers = [0, 1, 2].map((layer) => readWindowAttentions(attentions, layer, CONFIG, [10, 14], image));
  const weights = await Promise.all(layers);
  await expect(readWindowAttentions(attentions, 3, CONFIG)).rejects.toThrow("a layer below 3, got 3");
  await expect(readWindowAttentions(attentions, 0, CONFIG, [10, 14], 2)).rejects.toThrow("for image 2");
  tf.dispose([pixels, ...attentions]);
  return weights;
}

test("each layer has the patches of its stage, and its weights lie in the picture or its border of zeros", async () => {
  const weights = await layersOf(1);
  expect(weights.map(({ rows, columns, heads }) => [rows, columns, heads])).toEqual([
    [5, 7, 2],
    [5, 7, 2],
    [3, 4, 1],
  ]);
  for (const layer of weights) {
    const all = Array.from(
      { length: layer.rows * layer.columns },
      (_, patch) => windowPatchMap(layer, 0, patch).values,
    );
    for (const values of all) {
      expect(sum(values)).toBeGreaterThan(0);
      expect(sum(values)).toBeLessThan(1.00001);
    }
    const touched = all.map((values) => values.filter((value) => value > 0).length);
    expect(Math.max(...touched)).toBe(9);
    expect(sum(windowReceivedMap(layer, 0).values)).toBeGreaterThan(0);
  }
  expect(await layersOf(0)).not.toEqual(weights);
});

test("a patch looks at those that a shifted window brought beside it", async () => {
  const [, shifted] = await layersOf(0);
  if (shifted === undefined) throw new Error("expected two layers");
  // The same grid cut by the functions that the layer itself uses, with the number of each patch in it.
  const grid = tf.tidy(() => {
    const numbers = tf.reshape(tf.range(1, 36), [1, 5, 7, 1]);
    const whole = tf.pad(numbers, [[0, 0], [0, 1], [0, 2], [0, 0]]); // prettier-ignore
    return windowsOf(cyclicShift(whole as tf.Tensor4D, 1), 3);
  });
  const numbers = await grid.data();
  for (const patch of [0, 16, 34]) {
    const at = numbers.indexOf(patch + 1);
    const [window, query] = [Math.floor(at / 9), at % 9];
    const expected = new Float32Array(35);
    for (let key = 0; key < 9; key++) {
      const number = numbers[window * 9 + key] ?? 0;
      if (number > 0) expected[number - 1] = shifted.values[((window * 2 + 1) * 9 + query) * 9 + key] ?? NaN;
    }
    await expectClose(windowPatchMap(shifted, 1, patch).values, expected);
  }
  expect(() => windowPatchMap(shifted, 2, 0)).toThrow("expected a head from 0 to 1, got 2");
  grid.dispose();
});

test("what is received is the mean over a window's patches", () => {
  const weights: WindowWeights = {
    ...{ rows: 2, columns: 1, heads: 1, windows: { height: 2, width: 2, window: 2, shift: 0 } },
    values: Float32Array.from([0.1, 0.9, 0, 0, 0.2, 0.8, 0, 0, 0.3, 0.7, 0, 0, 0.4, 0.2, 0.4, 0]),
  };
  const { values } = windowReceivedMap(weights, 0);
  expect(values[0]).toBeCloseTo(0.25, 6); // of the first patch, the column beside the picture left out
  expect(values[1]).toBeCloseTo(0.1, 6);
});
