import { initBackend } from "@qkv/backend";
import { attention, crossEntropy, layerNorm, softmax } from "@qkv/ops";
import { describeBackends, expectClose, expectSameAsCpu, type Operation, valueAndGradients, wave } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test } from "vitest";

interface WithDevice {
  readonly device: { readonly features: ReadonlySet<string> };
}

// What the suites that run on every backend leave out: the shaders of other devices, and what only large tensors need.
describeBackends(
  "webgpu's kernels",
  () => {
    afterEach(async () => void (await initBackend("webgpu")));

    test.each([
      [3, 5],
      [2, 131],
      [2, 1031],
    ])("[%i, %i]: rows are summed without subgroups, too", async (rows, width) => {
      await initBackend("webgpu", { subgroups: false });
      const shape = [rows, width];
      await expectSameAsCpu([{ shape }], softmax);
      const inputs = [{ shape }, { shape: [width], phase: 1 }, { shape: [width], phase: 2 }];
      await expectSameAsCpu(inputs, (x, w, b) => layerNorm(x, w, b, 1e-5), { tolerance: 3e-5 });
      await expectSameAsCpu([{ shape }], (x) =>
        crossEntropy(x, tf.range(0, rows, 1, "int32"), { labelSmoothing: 0.1 }),
      );
    });

    const f: Operation = (q, k, v) => attention(q, k, v, { causal: true });
    const qkv = [0, 1, 2].map((phase) => ({ shape: [1, 2, 37, 8], phase }));

    test("float16 keeps three digits of attention, and changes nothing where the device has none", async () => {
      const { device } = tf.backend() as unknown as WithDevice;
      const full = await valueAndGradients(qkv, f);
      await initBackend("webgpu", { float16: true });
      const half = await valueAndGradients(qkv, f);
      if (!device.features.has("shader-f16")) return expect(half).toEqual(full);
      expect(half).not.toEqual(full);
      for (const [i, values] of half.entries()) await expectClose(values, full[i] ?? [], { atol: 4e-3, rtol: 4e-3 });
    });

    test("tfjs's own sums over nothing are zeros, and its softmax of nothing is nothing", async () => {
      const [sum, softmax] = tf.tidy(() => [tf.sum(tf.zeros([2, 0, 3]), 1), tf.softmax(tf.zeros([2, 0]))] as const);
      await expectClose(sum, { shape: [2, 3], data: [0, 0, 0, 0, 0, 0] });
      expect([softmax.shape, (await softmax.data()).length]).toEqual([[2, 0], 0]);
      tf.dispose([sum, softmax]);
    });

    test("more rows than one axis of workgroups can count", async () => {
      const rows = 65_537;
      const y = tf.tidy(() => softmax(tf.tile(tf.tensor2d([[0, Math.log(3)]]), [rows, 1])));
      const values = await y.data();
      const expected = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 0.25 : 0.75));
      await expectClose(values as Float32Array, expected);
      y.dispose();
    });

    test("attention holds no matrix of scores, in neither pass", async () => {
      const length = 512;
      const bytes = () =>
        (tf.memory() as unknown as { readonly numBytesAllocatedInGPU: number }).numBytesAllocatedInGPU;
      const inputs = [0, 1, 2].map((phase) => wave([1, 1, length, 4], phase));
      const before = bytes();
      const results = tf.tidy(() => tf.grads((q, k, v) => tf.sum(attention(q, k, v)))(inputs));
      await results[0]?.data();
      expect(bytes() - before).toBeLessThan(length * length * 4 * 0.25);
      tf.dispose([inputs, results]);
    });
  },
  ["webgpu"],
);
