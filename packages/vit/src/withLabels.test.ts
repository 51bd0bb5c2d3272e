import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { vitConfig } from "./config.ts";
import { DistilledVitClassifier } from "./distilledVitClassifier.ts";
import { parseSwinConfig } from "./swin/parseConfig.ts";
import { SwinClassifier } from "./swin/swinClassifier.ts";
import { VitClassifier } from "./vitClassifier.ts";
import { type Classifiers, withLabels } from "./withLabels.ts";

beforeAll(() => initBackend("cpu"));

const SIZES = { imageSize: 4, patchSize: 2, dModel: 6, numLayers: 1, numHeads: 2, labels: ["cat", "dog"] } as const;
const SWIN = parseSwinConfig({
  ...{ model_type: "swin", image_size: 8, patch_size: 2, embed_dim: 3, depths: [1, 1], num_heads: [1, 2] },
  ...{ window_size: 2, id2label: { 0: "cat", 1: "dog" } },
});
const random = () => {
  let seed = 11;
  return Params.from((_, shape) => tf.randomNormal(shape, 0, 0.5, "float32", seed++));
};
const headOf = (rows: number, width: number) =>
  new Map([
    ["weight", { shape: [rows, width], data: Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i)) }],
    ["bias", { shape: [rows], data: Float32Array.from({ length: rows }, (_, i) => Math.cos(i)) }],
  ]);

test.each([
  ["ViT", 6, 4, () => new VitClassifier(random(), vitConfig(SIZES))],
  ["class token and mean", 12, 4, () => new VitClassifier(random(), vitConfig({ ...SIZES, pooling: "classAndMean" }))],
  ["two heads", 6, 4, () => new DistilledVitClassifier(random(), vitConfig({ ...SIZES, distillationToken: true }))],
  ["Swin", 6, 8, () => new SwinClassifier(random(), SWIN)],
] as const)("%s: the new head reads what the body without one gives", async (_, width, side, create) => {
  const model: Classifiers = create();
  const pixels = tf.randomNormal<tf.Rank.R4>([2, 3, side, side], 0, 1, "float32", 5);
  const body = withLabels(model, []);
  const taught = withLabels(model, ["fox", "owl", "yak"], headOf(3, width));
  model.dispose(); // the copies stand alone
  expect(taught.config.labels).toEqual(["fox", "owl", "yak"]);
  const [read, answer] = [body.forward(pixels), taught.forward(pixels)];
  const head = headOf(3, width);
  const expected = tf.tidy(() => {
    const weight = tf.tensor2d(head.get("weight")?.data ?? [], [3, width]);
    return tf.add(tf.matMul(read.logits, weight, false, true), head.get("bias")?.data ?? []);
  });
  await expectClose(answer.logits, expected);
  tf.dispose([pixels, expected, ...[read, answer].flatMap((states) => Object.values(states) as tf.Tensor[]).flat()]);
  body.dispose();
  taught.dispose();
});

test("a head for other classes than the labels is refused, and nothing is left behind", async () => {
  using model = new VitClassifier(random(), vitConfig(SIZES));
  await expectNoLeaks(() => {
    expect(() => withLabels(model, ["fox", "owl"], headOf(3, 6))).toThrow("expected shape [2,6], got [3,6]");
  });
});

test("a classifier of another kind is refused", () => {
  using model = new VitClassifier(random(), vitConfig(SIZES));
  const other = { params: model.params, config: model.config } as Classifiers;
  expect(() => withLabels(other, [])).toThrow("expected a classifier of images");
});
