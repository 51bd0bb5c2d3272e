import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { vitConfig } from "../config.ts";
import { parseSwinConfig } from "../swin/parseConfig.ts";
import { SwinClassifier } from "../swin/swinClassifier.ts";
import { VitClassifier } from "../vitClassifier.ts";
import { attentionRollout } from "./attentionRollout.ts";
import { headMatrix, readAttentions } from "./attentionWeights.ts";
import { classActivationMap } from "./classActivationMap.ts";
import { gradientRollout } from "./gradientRollout.ts";
import { classTokenMap, patchMap } from "./patchMap.ts";

beforeAll(() => initBackend("cpu"));

// Two layers of two heads, each of whose rows sums to 1.
const WEIGHTS = {
  ...{ layers: 2, heads: 2, tokens: 2 },
  values: Float32Array.from([1, 0, 0.5, 0.5, 0, 1, 0.5, 0.5, 0.2, 0.8, 1, 0, 0.6, 0.4, 1, 0]),
};

describe("attentionRollout", () => {
  test("by hand", () => {
    // Means [.5 .5; .5 .5] and [.4 .6; 1 0]; half of each, half the identity; the second times the first.
    const { values } = attentionRollout(WEIGHTS);
    const expected = [0.7 * 0.75 + 0.3 * 0.25, 0.7 * 0.25 + 0.3 * 0.75, 0.5 * 0.75 + 0.5 * 0.25, 0.5];
    for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, 6);
  });

  test.each(["mean", "max", "min"] as const)("rows sum to 1 with the %s of heads", (heads) => {
    for (const residual of [0, 0.3, 1]) {
      const { values } = attentionRollout(WEIGHTS, { heads, residual });
      expect((values[0] ?? 0) + (values[1] ?? 0)).toBeCloseTo(1, 6);
      expect((values[2] ?? 0) + (values[3] ?? 0)).toBeCloseTo(1, 6);
      if (residual === 1) expect([...values]).toEqual([1, 0, 0, 1]);
    }
  });

  test("heads become what is asked for", () => {
    const only = (heads: "max" | "min") => attentionRollout({ ...WEIGHTS, layers: 1 }, { heads, residual: 0 }).values;
    expect([...only("max")]).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect([...only("min")]).toEqual([1, 0, 0.5, 0.5]); // a row of zeros hands on nothing but itself
  });

  test("refuses a residual that is no share", () => {
    expect(() => attentionRollout(WEIGHTS, { residual: 2 })).toThrow("expected residual from 0 to 1, got 2");
  });
});

describe("readAttentions", () => {
  test("takes one image out of a batch", async () => {
    const layers = [0, 100].map((from) =>
      tf.tidy(() => tf.reshape(tf.range(from, from + 12), [3, 1, 2, 2]) as tf.Tensor4D),
    );
    const { values, ...sizes } = await readAttentions(layers, 1);
    expect(sizes).toEqual({ layers: 2, heads: 1, tokens: 2 });
    expect([...values]).toEqual([4, 5, 6, 7, 104, 105, 106, 107]);
    expect([...headMatrix({ values, ...sizes }, 1, 0).values]).toEqual([104, 105, 106, 107]);
    expect(() => headMatrix({ values, ...sizes }, 2, 0)).toThrow(
      "a layer below 2 and a head below 1, got layer 2, head 0",
    );
    await expect(readAttentions(layers, 3)).rejects.toThrow("expected an image from 0 to 2, got 3");
    await expect(readAttentions([])).rejects.toThrow("alike for each layer, got none");
    tf.dispose(layers);
  });

  test("refuses layers that differ, as Swin's do", async () => {
    const layers = [tf.zeros<tf.Rank.R4>([4, 2, 9, 9]), tf.zeros<tf.Rank.R4>([1, 3, 9, 9])];
    await expect(readAttentions(layers)).rejects.toThrow("got [4,2,9,9], [1,3,9,9]");
    tf.dispose(layers);
  });
});

describe("maps", () => {
  const config = vitConfig({
    ...{ imageSize: [4, 6], patchSize: 2, dModel: 4, numLayers: 1, numHeads: 1, labels: ["a"], registerTokens: 2 },
  });
  const matrix = (tokens: number) => ({ tokens, values: Float32Array.from({ length: tokens ** 2 }, (_, i) => i) });

  test("the class token's row without class token and registers", async () => {
    const { rows, columns, values } = classTokenMap(matrix(9), config);
    expect([rows, columns]).toEqual([2, 3]);
    await expectClose(values, [3, 4, 5, 6, 7, 8]);
  });

  test("the mean of the patches' rows where a classifier reads the mean", async () => {
    const { values } = classTokenMap(matrix(8), { ...config, pooling: "mean" });
    const mean = [2, 3, 4, 5, 6, 7].reduce((sum, row) => sum + row * 8, 0) / 6;
    await expectClose(
      values,
      [2, 3, 4, 5, 6, 7].map((column) => mean + column),
    );
  });

  test("one patch's row, of an image of another size", async () => {
    const { rows, columns, values } = patchMap(matrix(7), 2, config, [5, 5]);
    expect([rows, columns]).toEqual([2, 2]);
    await expectClose(
      values,
      [3, 4, 5, 6].map((column) => 5 * 7 + column),
    );
    expect(() => patchMap(matrix(7), 4, config, [5, 5])).toThrow("expected a patch from 0 to 3, got 4");
    expect(() => patchMap(matrix(7), 0, config)).toThrow("expected 3 + 2 x 3 tokens for an image of 4 x 6, got 7");
  });
});

describe("classActivationMap", () => {
  const sizes = { patchSize: 2, dModel: 6, numLayers: 1, numHeads: 2, initializerRange: 0.4, labels: ["a", "b"] };
  const vit = vitConfig({ ...sizes, imageSize: [4, 6], pooling: "mean", registerTokens: 2 });
  const swin = parseSwinConfig({
    model_type: "swin",
    ...{ image_size: [8, 10], patch_size: 2, embed_dim: 4, depths: [1, 1], num_heads: [2, 2], window_size: 2 },
    initializer_range: 0.4,
  });

  test.each([
    ["ViT", () => new VitClassifier(Params.initialized(1), vit), [4, 6], [2, 3]],
    ["ViT at another size", () => new VitClassifier(Params.initialized(1), vit), [8, 4], [4, 2]],
    ["Swin", () => new SwinClassifier(Params.initialized(1), swin), [7, 13], [2, 4]],
  ] as const)("%s: the logit is the mean of the map, plus the bias", async (_, open, size, grid) => {
    const pixels = tf.randomNormal<tf.Rank.R4>([1, 3, ...size], 0, 1, "float32", 3);
    await expectNoLeaks(async () => {
      using model = open();
      tf.tidy(() => model.classifier?.bias?.assign(tf.tensor1d([0.5, -0.25])));
      const { rows, columns, values } = await classActivationMap(model, pixels, 1);
      expect([rows, columns]).toEqual(grid);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const { logits } = model.forward(pixels);
      expect(mean - 0.25).toBeCloseTo((await logits.data())[1] ?? NaN, 5);
      logits.dispose();
    });
    pixels.dispose();
  });

  test("refuses a model that reads a class token, several images, and a label that is none", async () => {
    using model = new VitClassifier(Params.initialized(1), vitConfig({ ...sizes, imageSize: 4 }));
    const [one, two] = [tf.ones<tf.Rank.R4>([1, 3, 4, 4]), tf.ones<tf.Rank.R4>([2, 3, 4, 4])];
    await expect(classActivationMap(model, one, 0)).rejects.toThrow(
      'expected a model with pooling "mean", got "class"',
    );
    await expect(classActivationMap(model, two, 0)).rejects.toThrow("expected one image, got [2,3,4,4]");
    await expect(classActivationMap(model, one, 5)).rejects.toThrow("expected a label from 0 to 1, got 5");
    tf.dispose([one, two]);
  });
});

test("gradientRollout refuses several images and a label that is none, and leaves nothing", async () => {
  const config = vitConfig({ imageSize: 4, patchSize: 2, dModel: 4, numLayers: 1, numHeads: 1, labels: ["a", "b"] });
  const model = new VitClassifier(Params.initialized(1), config);
  const [one, two] = [tf.ones<tf.Rank.R4>([1, 3, 4, 4]), tf.ones<tf.Rank.R4>([2, 3, 4, 4])];
  await expect(gradientRollout(model, two, 0)).rejects.toThrow("expected one image, got [2,3,4,4]");
  await expect(gradientRollout(model, one, 2)).rejects.toThrow("expected a label from 0 to 1, got 2");
  const bad = tf.ones<tf.Rank.R4>([1, 1, 4, 4]);
  await expect(expectNoLeaks(() => gradientRollout(model, bad, 0))).rejects.toThrow("expected pixels [B, 3, H, W]");
  tf.dispose([one, two, bad]);
  model.dispose();
});
