// The expected numbers come from transformers by golden/make_depth.py.
import { readFileSync } from "node:fs";
import { loadCheckpoint, Recorder } from "@qkv/nn";
import { describeBackends, expectClose, expectNoLeaks, golden } from "@qkv/testing";
import { depthAnything, type DepthAnything } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const arrays = golden(new URL("golden/depth-anything.safetensors", import.meta.url));
const json = JSON.parse(readFileSync(new URL("golden/depth-anything.json", import.meta.url), "utf8")) as object;
const [architecture] = depthAnything.architectures("depth_anything");

function open(): DepthAnything {
  const { weights, build } = architecture as NonNullable<typeof architecture>;
  const config = depthAnything.parseConfig(json);
  return loadCheckpoint(arrays.under("weights/"), weights.rename, (params) => build(params, config), {
    ignore: Object.keys(weights.ignore ?? {}),
  });
}

// Sums over hundreds of products, one behind the other, of numbers of up to a hundred.
const FAR = { atol: 5e-5, rtol: 1e-4 };

describeBackends("Depth Anything equals Hugging Face's", () => {
  test.each([0, 1])("image %i: every hidden state, every attention, each fused map and the depth", (image) =>
    expectNoLeaks(async () => {
      const at = (stage: string) => arrays.array(`image/${image}/${stage}`);
      using model = open();
      using seen = new Recorder(["**"]);
      const pixels = arrays.tensor(`image/${image}/pixel_values`);
      const { predictedDepth } = model.forward(pixels, { taps: seen });
      expect([...seen.paths].sort()).toEqual([...model.activations].sort());
      const layers = model.backbone.layers.map((_, i) => `backbone.layers.${i}`);
      for (const [i, path] of ["backbone.embeddings", ...layers].entries())
        await expectClose(seen.get(path), at(`hidden_states.${i}`));
      for (const [i, layer] of layers.entries())
        await expectClose(seen.get(`${layer}.selfAttn.probabilities`), at(`attentions.${i}`));
      for (const i of model.neck.fusion.keys()) {
        const map = tf.tidy(() => tf.transpose(seen.get(`neck.fusion.${i}`), [0, 3, 1, 2]));
        await expectClose(map, at(`fused.${i}`), FAR);
        map.dispose();
      }
      await expectClose(predictedDepth, at("predicted_depth"), FAR);
      const plain = model.forward(pixels).predictedDepth;
      await expectClose(plain, at("predicted_depth"), FAR);
      tf.dispose([pixels, predictedDepth, plain]);
    }),
  );

  test("computes the same while gradients are recorded, and has them", () =>
    expectNoLeaks(async () => {
      using model = open();
      const pixels = arrays.tensor("image/0/pixel_values");
      const { value, grads } = tf.variableGrads(() => tf.mean(model.forward(pixels).predictedDepth) as tf.Scalar);
      const depth = arrays.array("image/0/predicted_depth").data;
      const mean = depth.reduce((sum, each) => sum + each, 0) / depth.length;
      await expectClose(value, { shape: [], data: Float32Array.of(mean) });
      const { name } = model.params.named().get("neck.convolutions.0.weight") as tf.Variable;
      const largest = tf.tidy(() => tf.max(tf.abs(grads[name] as tf.Tensor)));
      expect((await largest.data())[0]).toBeGreaterThan(0);
      tf.dispose([pixels, value, largest, grads]);
    }));
});

test("the config is written as it was read, and what is not known is refused by name", () => {
  const config = depthAnything.parseConfig(json);
  expect(depthAnything.parseConfig(JSON.parse(JSON.stringify(depthAnything.formatConfig(config))))).toEqual(config);
  const { backbone_config: backbone } = json as { backbone_config: object };
  const refused = (fields: object, message: string) =>
    expect(() => depthAnything.parseConfig({ ...json, ...fields })).toThrow(message);
  refused({ backbone_config: { ...backbone, model_type: "swin" } }, "expected backbone_config.model_type");
  refused({ backbone_config: { ...backbone, out_indices: [1, 0, 2, 3] } }, "expected backbone_config.out_indices");
  refused({ backbone_config: { ...backbone, reshape_hidden_states: true } }, "reshape_hidden_states to be false");
  refused({ reassemble_factors: [3, 2, 1, 0.3] }, "expected reassemble_factors to be whole numbers");
  refused({ head_in_index: 4 }, "expected head_in_index to be from -4 to 3");
});
