import { Params, RandomStream, Recorder } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { vitConfig, type VitConfig, type VitSizes } from "./config.ts";
import { DistilledVitClassifier } from "./distilledVitClassifier.ts";
import { VitClassifier } from "./vitClassifier.ts";

const SMALL: VitSizes = {
  imageSize: [4, 6],
  ...{ patchSize: 2, dModel: 6, numLayers: 2, numHeads: 3, ffnDim: 5 },
  labels: ["cat", "dog", "tram"],
};
const OWN = vitConfig({
  ...SMALL,
  ...{ stem: [{ channels: 5, stride: 2 }], layerScale: 0.5, registerTokens: 2, pooling: "mean" },
});

const KINDS: readonly (readonly [string, VitConfig])[] = [
  ["ViT", vitConfig(SMALL)],
  ["a stem, registers, layer scale and the mean", OWN],
  ["class token and mean", vitConfig({ ...SMALL, pooling: "classAndMean", layerScale: 0.3 })],
];

/** A model whose every parameter is random, on a picture for each of two classes. */
function randomModel(config: VitConfig): VitClassifier {
  let seed = 3;
  return new VitClassifier(
    Params.from((_name, shape) => tf.randomNormal(shape, 0, 0.5, "float32", seed++)),
    config,
  );
}
const images = () => tf.randomNormal<tf.Rank.R4>([2, 3, 4, 6], 0, 1, "float32", 7);

/** The tensor at a dotted path of fields. */
function fieldAt(root: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], root);
}

describeBackends("VitClassifier", () => {
  test.each(KINDS)("%s: a parameter's name is the path to its field", (_, config) => {
    using model = randomModel(config);
    for (const [path, weight] of model.params.weights()) {
      expect([weight, weight.parts.data], path).toContain(fieldAt(model, path));
    }
  });

  test.each(KINDS)("%s: gradients of the image and of every parameter", async (_, config) => {
    using model = randomModel({ ...config, numLayers: 1 });
    const x = images();
    const one = tf.slice(x, 0, 1) as tf.Tensor4D;
    await checkGradients((pixels) => model.forward(pixels).logits, [one], {
      variables: model.params.named(),
      step: 2 ** -6,
    });
    tf.dispose([x, one]);
  });

  test.each(KINDS)("%s: a batch equals its images one by one, at other sizes too", async (_, config) => {
    using model = randomModel(config);
    for (const size of [
      [4, 6],
      [8, 4],
    ] as const) {
      const pixels = tf.randomNormal<tf.Rank.R4>([2, 3, ...size], 0, 1, "float32", 11);
      const both = tf.tidy(() => model.forward(pixels).logits);
      const single = tf.tidy(() => tf.concat(tf.split<tf.Tensor4D>(pixels, 2).map((one) => model.forward(one).logits)));
      await expectClose(both, single);
      tf.dispose([pixels, both, single]);
    }
  });

  test("drops with a random stream alone, each time the same for the same seed", async () => {
    using model = randomModel({ ...OWN, dropout: 0.3, attentionDropout: 0.2, dropPath: 0.5 });
    const pixels = images();
    const logits = async (random?: RandomStream) => {
      const tensor = tf.tidy(() => model.forward(pixels, { random }).logits);
      const values = [...(await tensor.data())];
      tensor.dispose();
      return values;
    };
    expect(await logits()).toEqual(await logits());
    const [first, again, other] = [new RandomStream(1), new RandomStream(1), new RandomStream(2)];
    const dropped = await logits(first);
    expect(await logits(again)).toEqual(dropped);
    expect(await logits(other)).not.toEqual(dropped);
    expect(await logits()).not.toEqual(dropped);
    pixels.dispose();
  });

  test("drop path leaves out more the deeper a layer is: the first never, the last at the config's rate", async () => {
    using model = randomModel({ ...OWN, numLayers: 3, dropPath: 0.999 });
    const pixels = images();
    const statesOf = (random?: RandomStream) => {
      using seen = new Recorder(["backbone.layers.*"]);
      model.forward(pixels, { random, taps: seen }).logits.dispose();
      return seen.paths.map((path) => tf.clone(seen.get(path)));
    };
    const [plain, dropped] = [statesOf(), statesOf(new RandomStream(1))];
    await expectClose(dropped[0] as tf.Tensor, plain[0] as tf.Tensor);
    await expectClose(dropped[2] as tf.Tensor, dropped[1] as tf.Tensor);
    await expect(expectClose(plain[2] as tf.Tensor, plain[1] as tf.Tensor)).rejects.toThrow("expected");
    tf.dispose([pixels, ...plain, ...dropped]);
  });

  test("the mean is that of the patches, without registers", async () => {
    using model = randomModel({ ...OWN, labels: [] });
    const pixels = images();
    const lastHiddenState = model.backbone.forward(pixels); // two registers, then 2 x 3 patches
    const { logits } = model.forward(pixels);
    const expected = tf.tidy(() => tf.mean(tf.slice(lastHiddenState, [0, 2, 0], [2, 6, 6]), 1));
    await expectClose(logits, expected);
    tf.dispose([pixels, lastHiddenState, logits, expected]);
  });

  test("refuses pixels of other channels and of too small a size, and leaves nothing", async () => {
    using model = randomModel(vitConfig(SMALL));
    for (const [shape, message] of [
      [[1, 1, 4, 6], "expected pixels [B, 3, H, W], got [1,1,4,6]"],
      [[1, 3, 1, 6], "expected an image of at least 2 x 2, got 1 x 6"],
    ] as const) {
      const pixels = tf.zeros<tf.Rank.R4>([...shape]);
      await expect(expectNoLeaks(() => void model.forward(pixels))).rejects.toThrow(message);
      pixels.dispose();
    }
  });
});

test("a stem whose strides do not divide the patch is refused", () => {
  const params = Params.initialized(1);
  const stem = [{ channels: 5, stride: 2 }] as const;
  expect(() => new VitClassifier(params, vitConfig({ ...SMALL, patchSize: 3, stem }))).toThrow(
    "expected a patchSize that the stem's stride 2 divides, got 3,3",
  );
  params.dispose();
});

test("two heads want a distillation token", () => {
  const params = Params.initialized(1);
  expect(() => new DistilledVitClassifier(params, vitConfig(SMALL))).toThrow("a class and a distillation token");
  params.dispose();
});
