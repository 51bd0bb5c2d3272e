import * as tf from "@tensorflow/tfjs-core";
import { initBackend } from "@qkv/backend";
import {
  activate,
  activeKernel,
  adamW,
  crossEntropy,
  dropout,
  dropoutFactors,
  dropoutKey,
  embedding,
  layerNorm,
  linear,
  softmax,
} from "@qkv/ops";
import { describeBackends, expectClose, expectSameAsCpu, wave } from "@qkv/testing";
import { expect, test } from "vitest";

// One suite for every plug-in: cpu composes each operation, and is itself held against PyTorch in fused.test.ts.
describeBackends(
  "fused kernels equal the composed ones",
  (backend) => {
    test("are the ones that answer", () => {
      const ops = ["linear", "activate", "layerNorm", "softmax", "crossEntropy", "dropout", "adamW"] as const;
      expect(ops.map(activeKernel)).toEqual(ops.map(() => "fused"));
    });

    test.each([
      [[1], 1, 1],
      [[2, 3], 5, 7],
      [[67], 33, 130],
      [[0], 3, 5],
      [[3], 0, 5],
    ])("linear %j %i %i", async (rows, i, o) => {
      const inputs = [{ shape: [...rows, i] }, { shape: [o, i], phase: 1 }, { shape: [o], phase: 2 }];
      await expectSameAsCpu(inputs, (x, w, b) => linear(x, w, b));
      await expectSameAsCpu(inputs, (x, w, b) => linear(x, w, b, "relu"));
      await expectSameAsCpu(inputs, (x, w, b) => linear(x, w, b, "gelu"));
      await expectSameAsCpu(inputs.slice(0, 2), (x, w) => linear(x, w));
    });

    // The last three: more rows than are summed at once, and rows of a wide and of a very wide workgroup.
    test.each([[[3, 1]], [[2, 3, 5]], [[7, 128]], [[2, 3]], [[0, 4]], [[5, 66]], [[131, 3]], [[2, 1031]]])(
      "layerNorm %j",
      async (shape) => {
        const width = shape.at(-1) ?? 1;
        await expectSameAsCpu(
          [{ shape }, { shape: [width], phase: 1 }, { shape: [width], phase: 2 }],
          (x, w, b) => layerNorm(x, w, b, 1e-5),
          { tolerance: width === 1 ? 1e-3 : 3e-5 },
        );
      },
    );

    test.each([[[1, 1]], [[2, 3, 5]], [[3, 8]], [[2, 131]], [[0, 4]], [[2, 1031]]])("softmax %j", async (shape) => {
      await expectSameAsCpu([{ shape }], softmax);
      await expectSameAsCpu([{ shape }], (x) => softmax(tf.mul(x, 1000)), { tolerance: 1e-3 }); // so is the gradient
    });

    test("softmax and layerNorm keep NaN in its row", async () => {
      const rows = () => tf.tensor2d([NaN, 1, 2, 3, 1, 2], [2, 3]);
      for (const f of [softmax, (x: tf.Tensor) => layerNorm(x, tf.ones([3]), tf.zeros([3]), 1e-5)]) {
        const y = tf.tidy(() => f(rows()));
        expect([...(await y.data())].map(Number.isNaN)).toEqual([true, true, true, false, false, false]);
        y.dispose();
      }
    });

    test.each([0, 0.1])("crossEntropy with smoothing %f", async (labelSmoothing) => {
      for (const [rows, classes] of [
        [1, 1],
        [3, 5],
        [7, 131],
        [2, 8],
        [2, 1031],
      ] as const) {
        const labels = Int32Array.from({ length: rows }, (_, i) => (i === 1 ? -100 : (i * 3) % classes));
        await expectSameAsCpu([{ shape: [rows, classes] }], (x) =>
          crossEntropy(x, tf.tensor1d(labels, "int32"), { labelSmoothing }),
        );
      }
      const wrong = tf.tidy(() => crossEntropy(tf.zeros([2, 3]), tf.tensor1d([3, -1], "int32"), { labelSmoothing }));
      expect([...(await wrong.data())]).toEqual([NaN, NaN]);
      wrong.dispose();
    });

    test("crossEntropy ignores the label that it is told to", async () => {
      const labels = () => tf.tensor1d([0, 2, 1], "int32");
      await expectSameAsCpu([{ shape: [3, 5] }], (x) => crossEntropy(x, labels(), { ignoreIndex: 2 }));
    });

    test("crossEntropy of far logits does not overflow", async () => {
      const labels = () => tf.tensor1d([0, 1, 2], "int32");
      await expectSameAsCpu([{ shape: [3, 7] }], (x) => crossEntropy(tf.mul(x, 1000), labels()), { tolerance: 2e-5 });
    });

    test.each([1, 3, 4, 1001])("dropout of %i elements drops the same ones, bit for bit", async (size) => {
      for (const rate of [0.1, 0.5]) {
        await expectSameAsCpu([{ shape: [size] }], (x) => dropout(x, rate, 12345678901), { tolerance: 0 });
        const factors = tf.tidy(() => dropout(tf.ones([size]), rate, 12345678901));
        expect(await factors.data()).toEqual(dropoutFactors(dropoutKey(rate, 12345678901), size));
        factors.dispose();
      }
    });

    test.each(["relu", "gelu", "geluTanh", "silu", "quickGelu"] as const)("%s", async (activation) => {
      for (const size of [0, 1, 3, 4, 23, 300])
        await expectSameAsCpu([{ shape: [size] }], (x) => activate(tf.mul(x, 3), activation), { tolerance: 2e-6 });
      const edges = tf.tidy(() => activate(tf.tensor1d([NaN, 100, -100, 0, -6]), activation));
      const [nan, big, small, zero] = await edges.data();
      expect([nan, big, zero]).toEqual([NaN, 100, 0]);
      expect(Math.abs(small ?? NaN)).toBeLessThan(1e-30);
      edges.dispose();
    });

    test.each([-1000, -30, -5, 5, 30, 1000])("activations at %f neither overflow nor lose what is left", async (x) => {
      const silu = tf.tidy(() => activate(tf.tensor1d([x]), "silu"));
      await expectClose(silu, [x / (1 + Math.exp(-x))]);
      for (const name of ["gelu", "geluTanh"] as const) {
        const y = tf.tidy(() => activate(tf.tensor1d([x]), name));
        await expectClose(y, [Math.max(x, 0)], { atol: 1e-5, rtol: 1e-5 });
        y.dispose();
      }
      silu.dispose();
    });

    test("embedding", async () => {
      const ids = () => tf.tensor2d([6, 0, 6, 3, 3, 3], [2, 3], "int32");
      await expectSameAsCpu([{ shape: [7, 5] }], (w) => embedding(w, ids()));
    });

    test("adamW, which writes in no memory but its own", async () => {
      const results: number[][] = [];
      for (const name of [backend, "cpu"] as const) {
        await initBackend(name);
        const initial = [wave([7, 3], 0), tf.zeros([7, 3]), tf.zeros([7, 3])] as const;
        const [parameter, first, second] = [tf.variable(initial[0]), tf.variable(initial[1]), tf.variable(initial[2])];
        const gradient = wave([7, 3], 1);
        for (const step of [1, 2, 3]) {
          adamW(parameter, gradient, { first, second }, { learningRate: 0.01, step, gradientScale: 0.3 });
          await parameter.data(); // what has been read must not be read again after the next step
        }
        results.push([...(await parameter.data()), ...(await first.data()), ...(await second.data())]);
        expect([...(await initial[0].data())].slice(0, 2)).toEqual([0, Math.fround(Math.sin(2.3) * 1.3)]);
        tf.dispose([...initial, parameter, first, second, gradient]);
      }
      await tf.setBackend(backend);
      const [fused = [], composed = []] = results;
      await expectClose(fused, composed, { atol: 1e-6, rtol: 0 });
    });
  },
  ["wasm", "webgpu"],
);
