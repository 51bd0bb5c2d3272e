import { Params, RandomStream, Recorder } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { cyclicShift } from "./cyclicShift.ts";
import { formatSwinConfig } from "./formatConfig.ts";
import { parseSwinConfig } from "./parseConfig.ts";
import { SwinClassifier } from "./swinClassifier.ts";

const JSON_CONFIG = {
  model_type: "swin",
  ...{ image_size: [8, 12], patch_size: 2, num_channels: 2, embed_dim: 4, depths: [2, 1], num_heads: [2, 4] },
  ...{ window_size: 3, mlp_ratio: 1.25, id2label: { 0: "cat", 1: "dog", 2: "tram" }, use_absolute_embeddings: true },
  ...{ hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.2, drop_path_rate: 0.3, hidden_act: "silu" },
};
const CONFIG = parseSwinConfig(JSON_CONFIG);

function randomModel(config = CONFIG): SwinClassifier {
  let seed = 3;
  return new SwinClassifier(
    Params.from((_name, shape) => tf.randomNormal(shape, 0, 0.5, "float32", seed++)),
    config,
  );
}

/** The tensor at a dotted path of fields. */
function fieldAt(root: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], root);
}

describeBackends("SwinClassifier", () => {
  test("a parameter's name is the path to its field", () => {
    using model = randomModel();
    for (const [path, weight] of model.params.weights()) {
      expect([weight, weight.parts.data], path).toContain(fieldAt(model, path));
    }
  });

  test("gradients of the image, of a shifted layer and of what is around it", async () => {
    using model = randomModel({ ...CONFIG, ffnRatio: 0.5, layerNormEps: 0.1 });
    const x = tf.randomNormal<tf.Rank.R4>([1, 2, 7, 8], 0, 1, "float32", 7);
    const there = /embeddings.(patches|norm)|stages.0.layers.1|merging/;
    const variables = new Map([...model.params.named()].filter(([path]) => there.test(path)));
    await checkGradients((pixels) => model.forward(pixels).logits, [x], {
      variables,
      step: 2 ** -7, // norms over four numbers bend sharply
    });
    x.dispose();
  });

  test("a batch equals its images one by one, also where the picture is smaller than a window", async () => {
    using model = randomModel();
    for (const size of [
      [8, 12],
      [13, 4],
      [2, 3],
    ] as const) {
      const pixels = tf.randomNormal<tf.Rank.R4>([2, 2, ...size], 0, 1, "float32", 11);
      const both = tf.tidy(() => model.forward(pixels).logits);
      const single = tf.tidy(() => tf.concat(tf.split<tf.Tensor4D>(pixels, 2).map((one) => model.forward(one).logits)));
      await expectClose(both, single);
      tf.dispose([pixels, both, single]);
    }
  });

  test("drops with a random stream alone, each time the same for the same seed", async () => {
    using model = randomModel();
    const pixels = tf.randomNormal<tf.Rank.R4>([2, 2, 8, 12], 0, 1, "float32", 7);
    const logits = async (random?: RandomStream) => {
      const tensor = tf.tidy(() => model.forward(pixels, { random }).logits);
      const values = [...(await tensor.data())];
      tensor.dispose();
      return values;
    };
    const plain = await logits();
    const dropped = await logits(new RandomStream(1));
    expect(await logits(new RandomStream(1))).toEqual(dropped);
    expect(dropped).not.toEqual(plain);
    expect(await logits()).toEqual(plain);
    pixels.dispose();
  });

  test("drop path leaves out more the deeper a layer is: the first never, the last at the config's rate", async () => {
    const config = { ...CONFIG, depths: [1, 1], dropout: 0, attentionDropout: 0, dropPath: 0.999 };
    using model = randomModel(config);
    const pixels = tf.randomNormal<tf.Rank.R4>([2, 2, 8, 12], 0, 1, "float32", 7);
    const statesOf = (random?: RandomStream) => {
      using seen = new Recorder(["backbone.stages.*"]);
      model.forward(pixels, { random, taps: seen }).logits.dispose();
      return seen.paths.map((path) => tf.clone(seen.get(path)));
    };
    const [plain, dropped] = [statesOf(), statesOf(new RandomStream(1))];
    const [first, last] = dropped as [tf.Tensor, tf.Tensor];
    await expectClose(first, plain[0] as tf.Tensor);
    await expectClose(last, first);
    await expect(expectClose(plain[1] as tf.Tensor, first)).rejects.toThrow("expected");
    tf.dispose([pixels, ...plain, ...dropped]);
  });

  test.each([0, 1, 3, 4, -1, -3])("cyclicShift by %i takes what leaves it to the other side", async (by) => {
    const grid = tf.tensor4d(
      Array.from({ length: 12 }, (_, i) => i),
      [1, 3, 4, 1],
    );
    const shifted = cyclicShift(grid, by);
    const at = (row: number, column: number) => ((((row + by) % 3) + 3) % 3) * 4 + ((((column + by) % 4) + 4) % 4);
    const expected = Array.from({ length: 12 }, (_, i) => at(Math.floor(i / 4), i % 4));
    await expectClose(shifted, { shape: [1, 3, 4, 1], data: expected });
    tf.dispose([grid, shifted]);
  });

  test("refuses pixels of other channels, and leaves nothing", async () => {
    using model = randomModel();
    const pixels = tf.zeros<tf.Rank.R4>([1, 3, 8, 12]);
    await expect(expectNoLeaks(() => void model.forward(pixels))).rejects.toThrow(
      "expected pixels [B, 2, H, W], got [1,3,8,12]",
    );
    pixels.dispose();
  });
});

describe("parseSwinConfig", () => {
  test("reads back what formatSwinConfig writes, and takes transformers' defaults for the rest", () => {
    expect(parseSwinConfig(JSON.parse(JSON.stringify(formatSwinConfig(CONFIG))))).toEqual(CONFIG);
    expect(parseSwinConfig({ model_type: "swin" })).toMatchObject({
      ...{ imageSize: [224, 224], patchSize: [4, 4], dModel: 96, depths: [2, 2, 6, 2], numHeads: [3, 6, 12, 24] },
      ...{ window: 7, ffnRatio: 4, qkvBias: true, layerNormEps: 1e-5, absolutePositions: false, dropPath: 0.1 },
    });
  });

  test.each([
    ["heads for other stages", { num_heads: [2] }, "expected num_heads to be 2 divisors of 4 and its doubles, got [2]"],
    ["heads that do not divide", { num_heads: [2, 3] }, "expected num_heads to be 2 divisors of 4 and its doubles"],
    ["a window of nothing", { window_size: 0 }, "expected window_size to be a whole number above 0, got 0"],
    [
      "no stage",
      { depths: [], num_heads: [] },
      "expected depths to be a list of whole numbers from 1 to 10000, got []",
    ],
    ["a tower of layers", { depths: [2, 1e9] }, "expected depths to be a list of whole numbers from 1 to 10000"],
    ["no width", { embed_dim: 0 }, "expected embed_dim to be a whole number above 0, got 0"],
    ["no features", { mlp_ratio: 0.1 }, "expected mlp_ratio to be at least 1 / 4, got 0.1"],
    ["no list of depths", { depths: 2 }, "expected depths to be a list of whole numbers above 0, got 2"],
  ])("refuses %s by the field's name", (_, changes, message) => {
    expect(() => parseSwinConfig({ ...JSON_CONFIG, ...changes })).toThrow(message);
  });
});
