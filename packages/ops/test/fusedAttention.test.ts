import * as tf from "@tensorflow/tfjs-core";
import { activeKernel, attention, type AttentionOptions } from "@qkv/ops";
import { describeBackends, expectSameAsCpu, type Operation, valueAndGradients, wave, type Wave } from "@qkv/testing";
import { expect, test } from "vitest";

const qkv = (b: number, h: number, q: number, k: number, d: number): Wave[] => [
  { shape: [b, h, q, d] },
  { shape: [b, h, k, d], phase: 1 },
  { shape: [b, h, k, d], phase: 2 },
];

const maskOf = (shape: readonly number[]) =>
  tf.tensor(
    Array.from({ length: tf.util.sizeFromShape([...shape]) }, (_, i) => (i * 7) % 5 > 1),
    [...shape],
    "bool",
  );

const tolerance = 2e-5;

// One suite for every plug-in, against the composed attention of cpu.
describeBackends(
  "fused attention equals the composed one",
  (backend) => {
    test("is the one that answers", () => {
      expect(activeKernel("attention")).toBe("fused");
    });

    test.each([
      [1, 1, 1, 1, 1],
      [2, 3, 5, 7, 11],
      [1, 2, 32, 32, 8],
      [1, 2, 67, 13, 5],
      [1, 1, 5, 530, 3],
      [1, 1, 5, 530, 23],
      [1, 1, 37, 41, 33],
      [1, 2, 131, 267, 5],
      [2, 2, 0, 3, 4],
      [2, 2, 3, 0, 4],
      [0, 2, 3, 3, 4],
    ])("[%i, %i, %i of %i, %i]", async (b, h, q, k, d) => {
      const inputs = qkv(b, h, q, k, d);
      await expectSameAsCpu(inputs, (x, y, z) => attention(x, y, z), { tolerance });
      for (const scale of [0.7, -0.7, 0]) {
        await expectSameAsCpu(inputs, (x, y, z) => attention(x, y, z, { causal: true, scale }), { tolerance });
      }
      const biased: Operation = (x, y, z, bias) => attention(x, y, z, { bias, scale: 1 });
      await expectSameAsCpu([...inputs, { shape: [q, k], phase: 3 }], biased, { tolerance });
      const dropout = { rate: 0.3, seed: 9 };
      for (const shape of [
        [b, 1, 1, k],
        [q, 1],
        [h, q, k],
        [1, k],
      ]) {
        const all: Operation = (x, y, z, bias) =>
          attention(x, y, z, { mask: maskOf(shape), bias, causal: true, dropout });
        await expectSameAsCpu([...inputs, { shape, phase: 3 }], all, { tolerance });
      }
    });

    test.each([[[2, 1, 1, 7]], [[5, 1]], [[3, 5, 7]], [[1, 7]], [[2, 3, 5, 7]], [[3, 1, 1]], [[2, 1, 5, 1]], [[1]]])(
      "a mask and a bias of %j repeat along the other axes",
      async (shape) => {
        const inputs = qkv(2, 3, 5, 7, 11);
        await expectSameAsCpu(inputs, (x, y, z) => attention(x, y, z, { mask: maskOf(shape) }), { tolerance });
        const all = [...inputs, { shape, phase: 3 }];
        await expectSameAsCpu(all, (x, y, z, bias) => attention(x, y, z, { bias, causal: true }), { tolerance });
        await expectSameAsCpu(all, (x, y, z, bias) => attention(x, y, z, { bias, scale: 1 }), { tolerance });
      },
    );

    test("dropout drops the same weights as the other backends, in both passes", async () => {
      const f: Operation = (x, y, z) => attention(x, y, z, { dropout: { rate: 0.5, seed: 2 ** 40 + 7 } });
      await expectSameAsCpu(qkv(2, 3, 11, 13, 5), f, { tolerance });
    });

    test("a row that sees nothing is zeros, whatever the values, and so is its gradient", async () => {
      const mask = () => tf.tensor2d([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [2, 5], "bool");
      const [y = [], dq = []] = await valueAndGradients(qkv(1, 1, 2, 5, 3), (q, k, v) =>
        attention(tf.mul(q, 1e4), k, v, { mask: mask() }),
      );
      expect([...y.slice(0, 3), ...dq.slice(0, 3)]).toEqual([0, 0, 0, 0, 0, 0]);
      expect([...y, ...dq].every(Number.isFinite)).toBe(true);
      // More queries than keys: the first ones come before all of them.
      const causal = { causal: true } satisfies AttentionOptions;
      await expectSameAsCpu(qkv(1, 2, 41, 3, 5), (q, k, v) => attention(q, k, v, causal), { tolerance });
    });

    test("NaN in a query stays in its row", async () => {
      const y = tf.tidy(() =>
        attention(tf.tensor4d([NaN, 1, 1, 1], [1, 1, 2, 2]), wave([1, 1, 5, 2], 1), wave([1, 1, 5, 2], 2)),
      );
      const [a, b, c] = await y.data();
      expect([a, b]).toEqual([NaN, NaN]);
      expect(c).not.toBeNaN();
      y.dispose();
    });

    test("far scores do not overflow", async () => {
      await expectSameAsCpu(qkv(1, 1, 5, 7, 3), (q, k, v) => attention(tf.mul(q, 300), k, v), { tolerance: 1e-3 });
    });

    test(`is the same on ${backend}, bit for bit, from run to run`, async () => {
      const f: Operation = (x, y, z) => attention(x, y, z, { causal: true, dropout: { rate: 0.3, seed: 9 } });
      const inputs = qkv(2, 3, 37, 41, 8);
      expect(await valueAndGradients(inputs, f)).toEqual(await valueAndGradients(inputs, f));
    });
  },
  ["wasm", "webgpu"],
);
