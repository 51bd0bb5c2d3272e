import { denseOf, embedding, linear, type LowRankAdapter, type Weight, type WeightKind } from "@qkv/ops";
import { checkGradients, describeBackends, expectClose, expectNoLeaks, wave } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

function weightOf(data: tf.Tensor, adapter?: LowRankAdapter, kind: WeightKind = "matrix"): Weight {
  return { shape: data.shape as tf.ShapeMap[tf.Rank], kind, format: "f32", parts: { data }, adapter };
}

const SCALE = 0.75;
const TOLERANCE = { atol: 1e-6, rtol: 1e-6 };

describeBackends("weights", () => {
  test.each([undefined, "relu", "gelu"] as const)("linear adds the adapter's update before %s", (activation) =>
    expectNoLeaks(async () => {
      const [x, w, bias, a, b] = [wave([2, 3, 5]), wave([4, 5], 1), wave([4], 2), wave([2, 5], 3), wave([4, 2], 4)];
      const weight = weightOf(w, { a, b, scale: SCALE });
      const [actual, expected] = tf.tidy(() => {
        const dense = tf.add(w, tf.mul(tf.matMul(b, a), SCALE));
        return [linear(x, weight, bias, activation), linear(x, dense, bias, activation)] as const;
      });
      await expectClose(actual, expected, TOLERANCE);
      weight.adapter = undefined;
      const [without, plain] = [linear(x, weight, bias, activation), linear(x, w, bias, activation)];
      await expectClose(without, plain, TOLERANCE);
      tf.dispose([x, w, bias, a, b, actual, expected, without, plain]);
    }),
  );

  test("embedding adds the adapter's update to the rows of its ids", () =>
    expectNoLeaks(async () => {
      const [w, a, b, ids] = [
        wave([4, 5], 1),
        wave([2, 5], 3),
        wave([4, 2], 4),
        tf.tensor2d([[3, 0, 3]], [1, 3], "int32"),
      ];
      const weight = weightOf(w, { a, b, scale: SCALE }, "embedding");
      const [actual, expected] = tf.tidy(() => [embedding(weight, ids), embedding(denseOf(weight), ids)] as const);
      await expectClose(actual, expected, TOLERANCE);
      tf.dispose([w, a, b, ids, actual, expected]);
    }));

  test("denseOf folds the adapter into a weight of any rank, in a tensor of the caller's", () =>
    expectNoLeaks(async () => {
      const [w, a, b] = [wave([4, 3, 2, 2], 1), wave([2, 12], 3), wave([4, 2], 4)];
      const weight = weightOf(w, { a, b, scale: SCALE });
      const actual = denseOf(weight);
      const expected = tf.tidy(() => tf.add(w, tf.reshape(tf.mul(tf.matMul(b, a), SCALE), w.shape)));
      await expectClose(actual, expected, TOLERANCE);
      const copies = [denseOf(weightOf(w)), denseOf(w)];
      tf.dispose(copies);
      expect(w.isDisposed).toBe(false);
      tf.dispose([w, a, b, actual, expected]);
    }));

  test.each<[string, (weight: Weight, x: tf.Tensor, ids: tf.Tensor) => tf.Tensor]>([
    ["linear", (weight, x) => linear(x, weight, undefined, "tanh")],
    ["embedding", (weight, x, ids) => tf.mul(embedding(weight, ids), tf.sum(x))],
    ["denseOf", (weight, x) => tf.mul(denseOf(weight), tf.sum(x))],
  ])("gradients of %s for the input, the weight and both sides of its adapter", async (_, run) => {
    const ids = tf.tensor1d([3, 0, 3], "int32");
    const inputs = [wave([3, 5]), wave([4, 5], 1), wave([2, 5], 3), wave([4, 2], 4)] as const;
    await checkGradients((x, w, a, b) => run(weightOf(w, { a, b, scale: SCALE }), x, ids), [...inputs]);
    tf.dispose([ids, ...inputs]);
  });

  test("refuses an adapter or numbers that were disposed of, and shapes that do not fit", () =>
    expectNoLeaks(() => {
      const [x, w, a, b] = [wave([3, 5]), wave([4, 5], 1), wave([2, 5], 3), wave([4, 2], 4)];
      const weight = weightOf(w, { a, b, scale: 1 });
      expect(() => linear(x, { ...weight, adapter: { a: b, b: a, scale: 1 } })).toThrow(/linear: expected x/);
      tf.dispose(b);
      expect(() => linear(x, weight)).toThrow("got a tensor that was disposed");
      tf.dispose(w);
      expect(() => linear(x, weight)).toThrow("linear: expected weight to be a tensor [...], got a tensor that was");
      expect(() => denseOf(weight)).toThrow("denseOf: expected weight to be a tensor [...], got a tensor that was");
      tf.dispose([x, a]);
    }));
});
