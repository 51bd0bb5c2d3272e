import { activate, adamW, attention, crossEntropy, dropout, dropoutFactors, dropoutKey, embedding } from "@qkv/backend";
import { layerNorm, linear, softmax } from "@qkv/backend";
import { describeBackends, expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

// Where shaders differ from the other backends: NaN and infinities, integers, bools, empty tensors, far values.
describeBackends(
  "composed operations",
  () => {
    test("crossEntropy: ignored rows cost nothing, a label out of range is NaN, far logits stay finite", async () => {
      const logits = [1, 2, 3, 0, 0, 0, 1, -1, 0.5];
      const labels = () => tf.tensor1d([0, -100, 0], "int32");
      const options = { labelSmoothing: 0.1 };
      // torch.nn.functional.cross_entropy
      await close(() => crossEntropy(tf.tensor2d(logits, [3, 3]), labels(), options), [2.30760598, 0, 0.63829029]);
      expect(await numbers(() => crossEntropy(tf.zeros([2, 3]), tf.tensor1d([3, -1], "int32")))).toEqual(
        new Float32Array([NaN, NaN]),
      );
      await close(() => crossEntropy(tf.tensor2d([[1e4, -1e4, 0]]), tf.tensor1d([1], "int32")), [2e4]);
      const gradient = tf.grad((x: tf.Tensor) => tf.sum(crossEntropy(x, labels(), options)));
      const dx = await numbers(() => gradient(tf.tensor2d(logits, [3, 3])));
      expect([...dx.subarray(3, 6)]).toEqual([0, 0, 0]);
    });

    test("dropout drops the same elements as everywhere", async () => {
      const factors = dropoutFactors(dropoutKey(0.3, 12345678901), 1001);
      expect(await numbers(() => dropout(tf.ones([1001]), 0.3, 12345678901))).toEqual(factors);
    });

    test("attention: a query that sees no key gives zeros and no gradient, whatever the values", async () => {
      const [q, k, v] = [
        [0.3, -2, 1, 4],
        [1, 2, -1, 0.5],
        [3, 5, 7, 11],
      ].map((values) => tf.tensor4d(values, [1, 1, 2, 2])) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const mask = tf.tensor2d([0, 0, 1, 1], [2, 2], "bool");
      const far = tf.mul(q, 1e4);
      for (const queries of [q, far]) {
        const y = await numbers(() => attention(queries, k, v, { mask }));
        expect([...y.subarray(0, 2)]).toEqual([0, 0]);
        expect([...y].every(Number.isFinite)).toBe(true);
        const dq = await numbers(() => tf.grad((x: tf.Tensor) => tf.sum(attention(x, k, v, { mask })))(queries));
        expect([...dq.subarray(0, 2)]).toEqual([0, 0]);
      }
      tf.dispose([q, k, v, mask, far]);
    });

    test("embedding adds up the gradients of a row that comes again", async () => {
      const ids = () => tf.tensor2d([[2, 0, 2]], [1, 3], "int32");
      await close(() => embedding(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), ids()), [5, 6, 1, 2, 5, 6]);
      await close(() => tf.grad((w: tf.Tensor) => tf.sum(embedding(w, ids())))(tf.zeros([3, 2])), [1, 1, 0, 0, 2, 2]);
    });

    test("adamW is torch.optim.AdamW", async () => {
      const [parameter, first, second] = tf.tidy(() => [
        tf.variable(tf.tensor1d([1, -2])),
        tf.variable(tf.zeros([2])),
        tf.variable(tf.zeros([2])),
      ]) as [tf.Variable, tf.Variable, tf.Variable];
      const gradient = tf.tensor1d([0.5, 0.25]);
      for (const step of [1, 2])
        adamW(parameter, gradient, { first, second }, { learningRate: 0.1, step, weightDecay: 0.1 });
      await expectClose(parameter, [0.7811, -2.1592], { atol: 1e-4 });
      tf.dispose([parameter, first, second, gradient]);
    });

    test.each([-30, -5, 0, 5, 30, 1000])("activations at %f are finite", async (x) => {
      const sigmoid = 1 / (1 + Math.exp(-x));
      await close(() => activate(tf.tensor1d([x]), "silu"), [x * sigmoid]);
      for (const name of ["gelu", "geluTanh"] as const) {
        const [y = NaN] = await numbers(() => activate(tf.tensor1d([x]), name));
        expect(Math.abs(y - Math.max(x, 0))).toBeLessThan(1e-5 * Math.max(1, Math.abs(x)));
      }
    });

    test("empty tensors come out empty", async () => {
      const empty = (...shape: number[]) => tf.zeros(shape);
      expect(await numbers(() => linear(empty(0, 3), tf.ones([5, 3]), tf.ones([5])))).toHaveLength(0);
      expect(await numbers(() => layerNorm(empty(0, 3), tf.ones([3]), tf.ones([3]), 1e-5))).toHaveLength(0);
      expect(await numbers(() => softmax(empty(0, 3)))).toHaveLength(0);
      expect(
        await numbers(() => attention(empty(1, 1, 0, 2), tf.ones([1, 1, 3, 2]), tf.ones([1, 1, 3, 2]))),
      ).toHaveLength(0);
      await close(() => linear(empty(2, 0), empty(5, 0), tf.ones([5])), Array<number>(10).fill(1));
      await close(
        () => tf.grad((b: tf.Tensor) => tf.sum(linear(empty(0, 3), tf.ones([5, 3]), b)))(tf.ones([5])),
        [0, 0, 0, 0, 0],
      );
      await close(() => attention(tf.ones([1, 1, 2, 2]), empty(1, 1, 0, 2), empty(1, 1, 0, 2)), [0, 0, 0, 0]);
    });
  },
  ["webgpu"],
);

async function numbers(make: () => tf.Tensor): Promise<Float32Array> {
  const tensor = tf.tidy(make);
  const data = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return data;
}

async function close(make: () => tf.Tensor, expected: number[]): Promise<void> {
  await expectClose([...(await numbers(make))], expected);
}
