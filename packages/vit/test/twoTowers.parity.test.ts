// The expected numbers come from transformers by golden/make_two_towers.py.
import { readFileSync } from "node:fs";
import { type Linear, loadCheckpoint, Recorder, splitState } from "@qkv/nn";
import { linear } from "@qkv/ops";
import { describeBackends, expectClose, expectNoLeaks, golden } from "@qkv/testing";
import type { Family, FamilyConfig, FamilyModel } from "@qkv/transformer";
import {
  clip,
  clipClassifier,
  clipText,
  clipVision,
  siglip,
  siglipClassifier,
  siglipVision,
  type TextTowerModel,
  type TwoTowerModel,
  type VisionTowerClassifier,
  type VisionTowerModel,
  withLabels,
} from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";

const GOLDENS = {
  "clip-both": clip,
  "clip-text": clipText,
  "clip-vision": clipVision,
  "siglip-both": siglip,
  "siglip-vision": siglipVision,
  "clip-classifier": clipClassifier,
  "siglip-classifier": siglipClassifier,
  "siglip-headless": siglipClassifier,
} as unknown as Record<string, Family<string, FamilyConfig & Record<string, unknown>, FamilyModel>>;

type Tower = "text" | "vision";

function opened(name: string) {
  const file = (ending: string) => new URL(`golden/${name}.${ending}`, import.meta.url);
  const arrays = golden(file("safetensors"));
  const json = JSON.parse(readFileSync(file("json"), "utf8")) as Record<string, unknown>;
  const family = GOLDENS[name] as (typeof GOLDENS)[string];
  const config = family.parseConfig(json);
  const named = (json["architectures"] as string[])[0];
  const found = family.architectures(config.modelType).find(({ className }) => className === named);
  if (found === undefined) throw new Error(`expected a class, got ${named}`);
  const { weights, build } = found;
  const model = () =>
    loadCheckpoint(splitState(arrays.under("weights/"), weights, config), weights.rename, (params) =>
      build(params, config),
    );
  const read = () => ({
    ...(arrays.names.includes("input_ids") && {
      ids: arrays.tensor("input_ids") as tf.Tensor2D,
      attentionMask: tf.cast(arrays.tensor("attention_mask"), "bool") as tf.Tensor2D,
    }),
    ...(arrays.names.includes("pixel_values") && { pixels: arrays.tensor("pixel_values") as tf.Tensor4D }),
  });
  const inputs = () => tf.tidy(read);
  return { arrays, config, family, weights, model, inputs };
}

/** Compares what a tower gave at each stage. */
async function expectStages(name: string, tower: Tower, prefix: string, seen: Recorder): Promise<void> {
  const { arrays } = opened(name);
  const count = arrays.under(`${tower}/attentions.`).size;
  const layers = Array.from({ length: count }, (_, i) => `${prefix}.layers.${i}`);
  for (const [i, path] of [`${prefix}.embeddings`, ...layers].entries())
    await expectClose(seen.get(path), arrays.array(`${tower}/hidden_states.${i}`));
  for (const [i, layer] of layers.entries())
    await expectClose(seen.get(`${layer}.selfAttn.probabilities`), arrays.array(`${tower}/attentions.${i}`));
}

describeBackends("CLIP and SigLIP equal Hugging Face's", () => {
  describe.each(["clip-both", "siglip-both"])("%s", (name) => {
    test("every stage of both towers, and the answer", () =>
      withScope(async () => {
        const { arrays, model: open, inputs } = opened(name);
        using model = open() as TwoTowerModel;
        using seen = new Recorder(["**"]);
        const given = inputs() as Parameters<TwoTowerModel["forward"]>[0];
        const output = model.forward(given, { taps: seen });
        expect([...seen.paths].sort()).toEqual([...model.activations].sort());
        await expectStages(name, "text", "text", seen);
        await expectStages(name, "vision", "vision", seen);
        await expectClose(output.logitsPerImage, arrays.array("logits_per_image"));
        await expectClose(output.logitsPerText, arrays.array("logits_per_text"));
        await expectClose(output.imageEmbeds, arrays.array("image_embeds"));
        await expectClose(output.textEmbeds, arrays.array("text_embeds"));
        await expectClose(model.embedImages(given.pixels), arrays.array("vision/pooler_output"));
        await expectClose(model.embedTexts(given), arrays.array("text/pooler_output"));
        await expectClose(model.forward(given).logitsPerImage, arrays.array("logits_per_image")); // fused
      }));

    test("the loss and its gradients", () =>
      withScope(async () => {
        const { arrays, config, weights, model: open, inputs } = opened(name);
        using model = open() as TwoTowerModel;
        const given = inputs() as Parameters<TwoTowerModel["loss"]>[0];
        const { value, grads } = tf.variableGrads(() => model.loss(given), [...model.params.named().values()]);
        await expectClose(value, arrays.array("loss"));
        const expected = new Map(splitState(arrays.under("gradient/"), weights, config));
        expect(expected.size).toBeGreaterThan(2);
        for (const [ours, variable] of model.params.named()) {
          const theirs = weights.rename[ours];
          const gradient = theirs === undefined ? undefined : expected.get(theirs);
          if (gradient === undefined) continue;
          await expectClose(grads[variable.name] as tf.Tensor, gradient);
          expected.delete(theirs as string);
        }
        expect([...expected.keys()]).toEqual([]);
      }));
  });

  test("the text tower alone: the first end counts, or the first token where there is none", () =>
    withScope(async () => {
      const { arrays, model: open, inputs } = opened("clip-text");
      using model = open() as TextTowerModel;
      using seen = new Recorder(["**"]);
      const output = model.forward(inputs() as Parameters<TextTowerModel["forward"]>[0], { taps: seen });
      await expectStages("clip-text", "text", "backbone", seen);
      await expectClose(output.lastHiddenState, arrays.array("text/last_hidden_state"));
      await expectClose(output.textEmbeds as tf.Tensor, arrays.array("text/text_embeds"));
    }));

  test.each(["clip-vision", "siglip-vision"])("%s: the vision tower alone, at another size", (name) =>
    withScope(async () => {
      const { arrays, model: open, inputs } = opened(name);
      using model = open() as VisionTowerModel;
      using seen = new Recorder(["**"]);
      const output = model.forward(inputs().pixels as tf.Tensor, { taps: seen });
      expect([...seen.paths].sort()).toEqual([...model.activations].sort());
      await expectStages(name, "vision", "backbone", seen);
      await expectClose(output.lastHiddenState, arrays.array("vision/last_hidden_state"));
      const { imageEmbeds } = output;
      expect(imageEmbeds !== undefined).toBe(name === "clip-vision");
      if (imageEmbeds !== undefined) await expectClose(imageEmbeds, arrays.array("vision/image_embeds"));
    }),
  );

  test.each(["clip-classifier", "siglip-classifier", "siglip-headless"])("%s: the classes of images", (name) =>
    withScope(async () => {
      const { arrays, model: open, inputs } = opened(name);
      using model = open() as VisionTowerClassifier;
      using seen = new Recorder(["**"]);
      const pixels = inputs().pixels as tf.Tensor;
      const { logits } = model.forward(pixels, { taps: seen });
      expect([...seen.paths].sort()).toEqual([...model.activations].sort());
      await expectStages(name, "vision", "backbone", seen);
      await expectClose(logits, arrays.array("logits"));
      await expectClose(model.forward(pixels).logits, arrays.array("logits")); // fused
      using others = withLabels(model, ["a", "b"]);
      expect(others.forward(pixels).logits.shape).toEqual([3, 2]);
      using body = withLabels(model, []);
      const { weight, bias } = model.classifier as Linear;
      await expectClose(linear(body.forward(pixels).logits, weight, bias), arrays.array("logits"));
    }),
  );

  test("a text of one token is read", () =>
    withScope(async () => {
      using model = opened("clip-text").model() as TextTowerModel;
      const { lastHiddenState, poolerOutput } = model.forward({ ids: tf.tensor2d([[3], [5]], [2, 1], "int32") });
      await expectClose(poolerOutput, { shape: [2, 6], data: (await lastHiddenState.data()) as Float32Array });
    }));

  test("nothing is left behind", () =>
    expectNoLeaks(async () => {
      const { model: open, inputs } = opened("siglip-both");
      using model = open() as TwoTowerModel;
      const given = inputs() as Parameters<TwoTowerModel["forward"]>[0];
      const output = model.forward(given);
      await output.logitsPerImage.data();
      const long = tf.tidy(() => tf.ones([1, 9], "int32"));
      expect(() => model.loss({ ...given, ids: long })).toThrow("expected at most 8 positions, got 9");
      expect(() => model.embedImages(long)).toThrow(/expected pixels/);
      tf.dispose([given, long, output] as unknown as tf.TensorContainer);
    }));
});

test.each(Object.keys(GOLDENS))("%s: the config is written as it was read", (name) => {
  const { config, family } = opened(name);
  expect(family.parseConfig(JSON.parse(JSON.stringify(family.formatConfig(config))))).toEqual(config);
});

/** Runs `work` and disposes of every tensor that it made: an async tidy. */
async function withScope(work: () => Promise<void>): Promise<void> {
  tf.engine().startScope("parity");
  try {
    await work();
  } finally {
    tf.engine().endScope();
  }
}
