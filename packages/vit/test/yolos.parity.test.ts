// The expected numbers come from transformers by golden/make_detectors.py.
import { readFileSync } from "node:fs";
import { loadCheckpoint, Recorder } from "@qkv/nn";
import { describeBackends, expectClose, expectNoLeaks, golden } from "@qkv/testing";
import { yolos, type YolosDetector } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const arrays = golden(new URL("golden/yolos.safetensors", import.meta.url));
const json = JSON.parse(readFileSync(new URL("golden/yolos.json", import.meta.url), "utf8")) as object;
const [architecture] = yolos.architectures("yolos");

function open(): YolosDetector {
  const { weights, build } = architecture as NonNullable<typeof architecture>;
  return loadCheckpoint(arrays.under("weights/"), weights.rename, (params) => build(params, yolos.parseConfig(json)));
}

describeBackends("YOLOS equals Hugging Face's", () => {
  test.each([0, 1])("image %i: every hidden state, every attention and the answer", (image) =>
    expectNoLeaks(async () => {
      const at = (stage: string) => arrays.array(`image/${image}/${stage}`);
      using model = open();
      using seen = new Recorder(["**"]);
      const pixels = arrays.tensor(`image/${image}/pixel_values`);
      const output = model.forward(pixels, { taps: seen });
      expect([...seen.paths].sort()).toEqual([...model.activations].sort());
      const layers = model.backbone.layers.map((_, i) => `backbone.layers.${i}`);
      for (const [i, path] of ["backbone.embeddings", ...layers].entries())
        await expectClose(seen.get(path), at(`hidden_states.${i}`));
      for (const [i, layer] of layers.entries())
        await expectClose(seen.get(`${layer}.selfAttn.probabilities`), at(`attentions.${i}`));
      await expectClose(output.lastHiddenState, at("last_hidden_state"));
      await expectClose(output.logits, at("logits"));
      await expectClose(output.predBoxes, at("pred_boxes"));
      const plain = model.forward(pixels);
      await expectClose(plain.predBoxes, at("pred_boxes"));
      tf.dispose([pixels, { ...output }, { ...plain }]);
    }),
  );

  test("has a gradient of every weight", () =>
    expectNoLeaks(async () => {
      using model = open();
      const pixels = arrays.tensor("image/1/pixel_values");
      const { value, grads } = tf.variableGrads(() => {
        const { logits, predBoxes } = model.forward(pixels);
        return tf.add(tf.sum(tf.square(logits)), tf.sum(predBoxes));
      });
      expect(Object.keys(grads)).toHaveLength(model.params.named().size);
      for (const [path, { name }] of model.params.named()) {
        if (!/positions|Token/i.test(path)) continue;
        const largest = tf.tidy(() => tf.max(tf.abs(grads[name] as tf.Tensor)));
        expect((await largest.data())[0], path).toBeGreaterThan(0);
        largest.dispose();
      }
      tf.dispose([pixels, value, grads]);
    }));
});

test("the config is written as it was read", () => {
  const config = yolos.parseConfig(json);
  expect(yolos.parseConfig(JSON.parse(JSON.stringify(yolos.formatConfig(config))))).toEqual(config);
  expect(() => yolos.parseConfig({ ...json, image_size: [13, 9] })).toThrow("expected image_size to be two multiples");
});
