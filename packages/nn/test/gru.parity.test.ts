import { GRU, Params } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, expectNoLeaks, golden } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const oneWay = golden(new URL("golden/gru.safetensors", import.meta.url));
const bothWays = golden(new URL("golden/bidirectionalGru.safetensors", import.meta.url));
const weights = (torch = oneWay) => Params.from((name) => torch.tensor(`weights.${name}`));
const config = { inputDim: 5, hiddenDim: 3, numLayers: 2 };

describeBackends("GRU equals PyTorch's, and its gradients finite differences", () => {
  test.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])("two layers from a state, bidirectional: %s, padded: %s", async (bidirectional, padded) => {
    const torch = bidirectional ? bothWays : oneWay;
    const params = weights(torch);
    const gru = new GRU(params, { ...config, bidirectional });
    const x = torch.tensor<tf.Rank.R3>("x");
    const state = tf.tidy(() => tf.unstack(torch.tensor("state"))) as tf.Tensor2D[];
    const mask = padded ? tf.tensor2d([1, 1, 1, 1, 1, 1, 0, 0], [2, 4], "bool") : undefined;
    const result = gru.forward(x, { state, mask });
    const last = tf.stack([...result.state]);
    await expectClose(last, torch.array(padded ? "packed.last" : "last"));
    if (mask) {
      // PyTorch fills the outputs of padding with zeros, here they stay as they were.
      const shown = tf.tidy(() => tf.mul(result.output, tf.expandDims(tf.cast(mask, "float32"), 2)));
      await expectClose(shown, torch.array("packed.output"));
      shown.dispose();
    } else await expectClose(result.output, torch.array("output"));

    const short = tf.slice(x, [0, 0, 0], [2, 2, 5]);
    await checkGradients(
      (a, ...b) => gru.forward(a as tf.Tensor3D, { state: b as tf.Tensor2D[] }).output,
      [short as tf.Tensor, ...state],
      {
        variables: params.named(),
      },
    );
    tf.dispose([x, ...state, mask ?? [], result.output, ...result.state, last, short] as tf.TensorContainer);
    params.dispose();
  });

  test("steps one by one are one pass, from zeros", async () => {
    const params = weights();
    const gru = new GRU(params, config);
    const x = oneWay.tensor<tf.Rank.R3>("x");
    const [whole, steps] = tf.tidy(() => {
      let state = gru.zeroState(2);
      const outputs = (tf.split(x, 4, 1) as tf.Tensor3D[]).map((part) => {
        const step = gru.forward(part, { state });
        state = [...step.state];
        return step.output;
      });
      return [gru.forward(x).output, tf.concat(outputs, 1)];
    }) as [tf.Tensor, tf.Tensor];
    await expectClose(steps, whole);
    tf.dispose([x, whole, steps]);
    params.dispose();
  });

  test("refuses what does not fit, and leaks nothing", () =>
    expectNoLeaks(() =>
      tf.tidy(() => {
        const params = Params.initialized();
        const gru = new GRU(params, config);
        const x = tf.zeros<tf.Rank.R3>([2, 3, 5]);
        expect(() => gru.forward(tf.zeros([2, 3, 4]))).toThrow("GRU: expected x [B, L, 5] with L above 0, got [2,3,4]");
        expect(() => gru.forward(tf.zeros([2, 0, 5]))).toThrow("got [2,0,5]");
        expect(() => gru.forward(x, { state: [tf.zeros([2, 3])] })).toThrow("expected 2 states [2,3], got [2,3]");
        expect(() => gru.forward(x, { state: gru.zeroState(1) })).toThrow("got [1,3], [1,3]");
        expect(() => gru.forward(x, { mask: tf.ones([2, 4], "bool") })).toThrow("expected mask [2,3], got [2,4]");
        params.dispose();
      }),
    ));
});
