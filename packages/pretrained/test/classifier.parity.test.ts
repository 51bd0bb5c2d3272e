import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { createClassifier, loadPretrained, memoryFiles, type Pretrained, pretrainedFiles } from "@qkv/pretrained";
import { parseSafetensors, type SafeTensor, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";
import { modelFolder } from "@qkv/pretrained/node";
import type { Linear } from "@qkv/nn";
import { linear } from "@qkv/ops";
import { expectClose, golden, type GoldenArray } from "@qkv/testing";
import type { Pixels, VitClassifier } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const FOLDER = fileURLToPath(new URL("golden/classifier", import.meta.url));
const expected = golden(join(FOLDER, "images.safetensors"));
const names = expected.names.filter((name) => !name.endsWith(".scores"));
const pixels = ({ shape: [height = 0, width = 0], data }: GoldenArray) => ({
  ...{ data: Uint8Array.from(data), width, height },
});

describe("a classifier", () => {
  let pretrained: Pretrained;
  beforeAll(async () => {
    await initBackend("cpu");
    pretrained = await loadPretrained(modelFolder(FOLDER));
  });
  afterAll(() => pretrained.model.dispose());

  test.each(names)("says of the image %s what Python says", async (name) => {
    const scores = await createClassifier(pretrained).classify(pixels(expected.array(name)));
    const wanted = expected.array(`${name}.scores`).data;
    const labels = createClassifier(pretrained).model.config.labels;
    expect(scores.map(({ score }) => score)).toEqual([...scores.map(({ score }) => score)].sort((a, b) => b - a));
    const inOrder = labels.map((label) => scores.find((of) => of.label === label)?.score ?? NaN);
    await expectClose(inOrder, [...wanted], { atol: 1e-6, rtol: 1e-5 });
  });

  test("says the same of many at once, the likeliest first, as many as are asked for", async () => {
    const classifier = createClassifier(pretrained);
    const images = names.map((name) => pixels(expected.array(name)));
    const told: number[] = [];
    const options = { top: 2, batchSize: 3, onProgress: ({ done }: { done: number }) => told.push(done) };
    const all = await classifier.classifyBatch(images, options);
    expect(told).toEqual([3, 4]);
    for (const [i, image] of images.entries()) {
      const [alone, together] = [await classifier.classify(image, { top: 2 }), all[i] ?? []];
      expect(together.map(({ label }) => label)).toEqual(alone.map(({ label }) => label));
      await expectClose(
        together.map(({ score }) => score),
        alone.map(({ score }) => score),
        { atol: 1e-6, rtol: 1e-5 },
      );
    }
  });

  test("gives the features that its own head reads, and with that head says the same", async () => {
    const classifier = createClassifier(pretrained);
    const images = names.map((name) => pixels(expected.array(name)));
    const told: number[] = [];
    const features = await classifier.features(images, { batchSize: 3, onProgress: ({ done }) => told.push(done) });
    expect(told).toEqual([3, 4]);
    const { weight, bias } = (pretrained.model as VitClassifier).classifier as Linear;
    expect(features.shape).toEqual([images.length, weight.shape[1]]);
    const logits = tf.tidy(() => tf.softmax(linear(features, weight, bias)));
    await expectClose(
      [...(await logits.data())],
      names.flatMap((name) => [...expected.array(`${name}.scores`).data]),
    );
    const unheard = await classifier.features(images);
    await expectClose(unheard, features);
    tf.dispose([features, unheard, logits]);

    // The last class and the first change places.
    const order = classifier.model.config.labels.map((_, i, { length }) => length - 1 - i);
    const [rows, values] = [await (weight.parts.data as tf.Tensor2D).array(), await (bias as tf.Tensor1D).array()];
    const head = new Map([
      ["weight", { shape: weight.shape, data: Float32Array.from(order.flatMap((i) => rows[i] ?? [])) }],
      ["bias", { shape: [order.length], data: Float32Array.from(order.map((i) => values[i] ?? NaN)) }],
    ]);
    const reversed = classifier.withLabels(classifier.model.config.labels.toReversed(), head);
    const [image] = images as [Pixels];
    expect(await reversed.classify(image)).toEqual(await classifier.classify(image));
    reversed.model.dispose();
  });

  test("stops when told to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    const image = pixels(expected.array("grey"));
    await expect(createClassifier(pretrained).classify(image, { signal })).rejects.toThrow("enough");
  });
});

describe("the scores of a classifier", () => {
  const image = pixels(expected.array("grey"));

  /** A classifier of the golden whose config says something else, or whose weights are changed. */
  async function open(over: object, change: (tensors: Map<string, SafeTensor>) => void = () => undefined) {
    const files = new Map<string, Uint8Array>();
    for (const file of ["config.json", "model.safetensors", "preprocessor_config.json"]) {
      files.set(file, new Uint8Array(await readFile(join(FOLDER, file))));
    }
    const config = JSON.parse(await readFile(join(FOLDER, "config.json"), "utf8")) as object;
    files.set("config.json", new TextEncoder().encode(JSON.stringify({ ...config, ...over })));
    const tensors = new Map(parseSafetensors(files.get("model.safetensors") as Uint8Array).tensors);
    change(tensors);
    files.set("model.safetensors", writeSafetensors(tensors));
    return loadPretrained(memoryFiles("seen", files));
  }

  /** By class: what `problem_type` makes of the logits. */
  async function scores(over: object, change?: (tensors: Map<string, SafeTensor>) => void): Promise<number[]> {
    const pretrained = await open(over, change);
    const classifier = createClassifier(pretrained);
    const found = await classifier.classify(image);
    pretrained.model.dispose();
    return classifier.model.config.labels.map((label) => found.find((of) => of.label === label)?.score ?? NaN);
  }

  test("are a softmax, a sigmoid each, or the bare numbers, as the config says", async () => {
    const logits = await scores({ problem_type: "regression" });
    expect(logits.some((value) => value < 0 || value > 1)).toBe(true);
    const powers = logits.map(Math.exp);
    const sum = powers.reduce((a, b) => a + b);
    const close = { atol: 1e-6, rtol: 1e-5 };
    const softmax = powers.map((power) => power / sum);
    for (const type of ["single_label_classification", null]) {
      await expectClose(await scores({ problem_type: type }), softmax, close);
    }
    const sigmoid = logits.map((value) => 1 / (1 + Math.exp(-value)));
    await expectClose(await scores({ problem_type: "multi_label_classification" }), sigmoid, close);

    const first = (tensors: Map<string, SafeTensor>) => {
      for (const name of ["classifier.weight", "classifier.bias"]) {
        const { shape, ...tensor } = tensors.get(name) as SafeTensor;
        const data = toFloat32({ shape, ...tensor });
        const rest = shape.slice(1);
        tensors.set(name, safeTensor(data.slice(0, data.length / (shape[0] ?? 1)), [1, ...rest]));
      }
    };
    await expectClose(await scores({ id2label: { 0: "it" } }, first), sigmoid.slice(0, 1), close);
  });

  test("survive saving, and new classes are a choice again", async () => {
    const pretrained = await open({ problem_type: "multi_label_classification" });
    const { model, imageProcessor } = pretrained;
    const files = await pretrainedFiles({ model, ...(imageProcessor && { imageProcessor }) });
    const json = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as object;
    expect(json).toMatchObject({ problem_type: "multi_label_classification" });
    const other = createClassifier(pretrained).withLabels(["a", "b"]);
    expect(other.scoring).toBe("softmax");
    other.model.dispose();
    model.dispose();
  });

  test.each([
    ["oracle", {}, 'config.json: expected problem_type to be one of regression, .*, got "oracle"'],
    [
      "single_label_classification",
      { id2label: { 0: "it" } },
      "config.json: expected problem_type to be regression or",
    ],
  ])("refuse a problem_type %s", async (type, over, message) => {
    await expect(open({ problem_type: type, ...over })).rejects.toThrow(new RegExp(message));
  });

  test("are names that are numbers too", async () => {
    const { id2label } = JSON.parse(await readFile(join(FOLDER, "config.json"), "utf8")) as { id2label: object };
    const numbers = Object.fromEntries(Object.keys(id2label).map((key) => [key, Number(key)]));
    const { model } = await open({ id2label: numbers });
    expect(model.config).toMatchObject({ labels: Object.keys(id2label) });
    model.dispose();
  });

  test.each([NaN, Infinity])(
    "are refused where a weight is %s, with the first activation that shows it",
    async (value) => {
      const name = "vit.encoder.layer.1.output.dense.weight";
      const pretrained = await open({ problem_type: "multi_label_classification" }, (tensors) => {
        const tensor = tensors.get(name) as SafeTensor;
        const data = Float32Array.from(toFloat32(tensor));
        data[3] = value;
        tensors.set(name, safeTensor(data, tensor.shape));
      });
      const classifier = createClassifier(pretrained);
      const message = new RegExp(
        `^expected finite numbers of the model, got .* first in the activation of backbone.layers.1; ` +
          `the weight backbone.layers.1.ffn.fc2.weight holds ${value}$`,
      );
      await expect(classifier.classify(image)).rejects.toThrow(message);
      await expect(classifier.features([image])).rejects.toThrow("backbone.layers.1");
      pretrained.model.dispose();
    },
  );
});

describe("createClassifier", () => {
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), "qkv-classifier-"));
    await cp(FOLDER, copy, { recursive: true });
  });
  afterAll(() => rm(copy, { recursive: true }));

  test.each([
    ["a translator", "../float32", "config.json: expected a model that classifies images, got MarianMTModel"],
    ["a line of patches", { size: { height: 12, width: 65535 } }, "size: expected images of at most 16384 patches of"],
    ["another mean", { image_mean: [0.5], image_std: [0.5] }, "expected image_mean for 3 channels, got it for 1"],
  ])("refuses %s", async (_, change, message) => {
    const file = join(copy, "preprocessor_config.json");
    if (typeof change !== "string") {
      const json = JSON.parse(await readFile(join(FOLDER, "preprocessor_config.json"), "utf8")) as object;
      await writeFile(file, JSON.stringify({ ...json, ...change }));
    }
    const pretrained = await loadPretrained(modelFolder(typeof change === "string" ? join(FOLDER, change) : copy));
    expect(() => createClassifier(pretrained)).toThrow(message);
    pretrained.model.dispose();
  });

  test("refuses a folder without an image processor, and one that is broken", async () => {
    const file = join(copy, "preprocessor_config.json");
    await writeFile(file, JSON.stringify({ image_processor_type: "ViTImageProcessor", size: "large" }));
    await expect(loadPretrained(modelFolder(copy))).rejects.toThrow(`${file}: size: expected a number or`);
    await rm(file);
    const pretrained = await loadPretrained(modelFolder(copy));
    expect(() => createClassifier(pretrained)).toThrow(`${file}: expected a file, got nothing`);
    pretrained.model.dispose();
  });
});
