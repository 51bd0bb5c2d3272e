import * as tf from "@tensorflow/tfjs-core";
import { initBackend } from "@qkv/backend";
import { expectSameAsCpu, type Operation, type Wave, wave } from "@qkv/testing";
import { beforeAll, describe, expect, test } from "vitest";

// The kernels that take the place of tfjs's. Those of the fused operations are tested in @qkv/backend, on every plug-in.
beforeAll(async () => {
  await initBackend("cpu");
  expect(await initBackend("wasm")).toMatchObject({ name: "wasm", refused: [] });
});

/** Expects the same values and gradients on wasm and cpu. */
const same = (inputs: readonly Wave[], f: Operation, tolerance = 1e-5, reference = f) =>
  expectSameAsCpu(inputs, f, { tolerance, reference });

describe("matMul", () => {
  for (const [transposeA, transposeB] of [
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ] as const) {
    test.each([
      [1, 1, 1],
      [3, 5, 7],
      [4, 8, 8],
      [13, 11, 17],
      [64, 32, 40],
      [67, 300, 9],
      [2, 0, 3],
      [0, 2, 3],
      [2, 3, 0],
      [5, 3, 530],
    ])(`[%i, %i] x [%i]${transposeA ? " Aᵀ" : ""}${transposeB ? " Bᵀ" : ""}`, async (m, k, n) => {
      const [a, b] = [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n]];
      await same([{ shape: a }, { shape: b, phase: 1 }], (x, y) =>
        tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D, transposeA, transposeB),
      );
    });

    test.each([
      [
        [2, 3],
        [2, 3],
      ],
      [
        [2, 3],
        [1, 3],
      ],
      [
        [2, 1],
        [1, 3],
      ],
      [
        [1, 1],
        [2, 3],
      ],
      [[3], [1]],
      [
        [1, 3],
        [2, 1],
      ],
      [
        [2, 2, 3],
        [2, 1, 3],
      ],
    ])(`batches %j x %j${transposeA ? " Aᵀ" : ""}${transposeB ? " Bᵀ" : ""}`, async (batchA, batchB) => {
      const a = [...batchA, ...(transposeA ? [5, 3] : [3, 5])];
      const b = [...batchB, ...(transposeB ? [7, 5] : [5, 7])];
      const batch = tf.broadcast_util.assertAndGetBroadcastShape([...batchA], [...batchB]);
      const f = (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x as tf.Tensor3D, y as tf.Tensor3D, transposeA, transposeB);
      // tfjs's cpu backend pairs partly broadcast batches wrongly: the reference broadcasts first.
      const whole = (x: tf.Tensor) => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
      await same([{ shape: a }, { shape: b, phase: 1 }], f, 1e-5, (x, y) => f(whole(x), whole(y)));
    });
  }

  test.each([1, 2, 3, 4, 5, 6, 7])("%i rows times a matrix of more than a megabyte", async (m) => {
    // lengths that leave a rest whatever they are divided by
    await same([{ shape: [m, 515] }, { shape: [521, 515], phase: 1 }], (x, y) =>
      tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D, false, true),
    );
  });

  test("fused with bias and relu", async () => {
    const f = (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor) =>
      tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, bias, activation: "relu" });
    await tf.setBackend("wasm");
    const [fused, composed] = tf.tidy(() => {
      const [a, b, bias] = [wave([5, 7], 0), wave([7, 11], 1), wave([11], 2)];
      return [f(a, b, bias), tf.relu(tf.add(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D), bias))];
    });
    const [x, y] = [await fused.data(), await composed.data()];
    expect([...x].every((value, i) => Math.abs(value - (y[i] ?? NaN)) < 1e-5)).toBe(true);
    tf.dispose([fused, composed]);
  });

  test("NaN and infinities come through", async () => {
    await tf.setBackend("wasm");
    const y = tf.tidy(() => tf.matMul(tf.tensor2d([NaN, 1, Infinity, 1], [2, 2]), tf.tensor2d([1, 1, 1, 1], [2, 2])));
    expect([...(await y.data())]).toEqual([NaN, NaN, Infinity, Infinity]);
    y.dispose();
  });
});

describe("tfjs's own operations", () => {
  test.each([
    [
      [3, 5],
      [3, 5],
    ],
    [[3, 5], [5]],
    [[5], [3, 5]],
    [
      [2, 3, 5],
      [1, 3, 5],
    ],
    [
      [2, 3, 5],
      [2, 1, 5],
    ],
    [[2, 3, 5], []],
    [
      [7, 1],
      [1, 1],
    ],
    [[0, 5], [5]],
    [[2, 0], [1]],
    [
      [1, 3],
      [3, 1],
    ],
  ])("add and multiply %j and %j", async (a, b) => {
    const inputs = [{ shape: a }, { shape: b, phase: 1 }];
    await same(inputs, (x, y) => tf.add(x, y));
    await same(inputs, (x, y) => tf.mul(x, y));
  });

  test.each([
    [[3, 5, 7], undefined],
    [[3, 5, 7], [0]],
    [
      [3, 5, 7],
      [0, 1],
    ],
    [[3, 5, 7], [2]],
    [
      [3, 5, 7],
      [1, 2],
    ],
    [[3, 5, 7], [1]],
    [
      [3, 5, 7],
      [0, 2],
    ],
    [[0, 5], [0]],
    [[0, 5], [1]],
    [[5, 0], [1]],
  ])("sum %j over %j", async (shape, axes) => {
    await same([{ shape }], (x) => tf.sum(x, axes));
    await same([{ shape }], (x) => tf.sum(x, axes, true));
  });

  test.each([
    [
      [2, 3, 5, 7],
      [0, 2, 1, 3],
    ],
    [
      [2, 3, 5, 7],
      [3, 2, 1, 0],
    ],
    [
      [2, 3, 5, 7],
      [0, 1, 2, 3],
    ],
    [
      [2, 3, 5, 7],
      [2, 3, 0, 1],
    ],
    [
      [2, 3, 5, 7],
      [0, 1, 3, 2],
    ],
    [
      [1, 3, 1, 7],
      [2, 1, 0, 3],
    ],
    [
      [2, 3, 2, 3, 2],
      [4, 3, 2, 1, 0],
    ],
    [
      [0, 3, 5],
      [1, 0, 2],
    ],
  ])("transpose %j by %j", async (shape, perm) => {
    await same([{ shape }], (x) => tf.transpose(x, perm), 0);
  });

  test("a tensor that nothing moved stays when the other is disposed", async () => {
    const x = tf.tensor2d([1, 2], [1, 2]);
    const y = tf.transpose(x);
    x.dispose();
    expect([...(await y.data())]).toEqual([1, 2]);
    y.dispose();
  });

  test.each([
    [
      [3, 1, 7],
      [1, 5, 1],
    ],
    [
      [2, 3, 5],
      [1, 7, 1],
    ],
    [[7], [11]],
    [
      [2, 3],
      [1, 1],
    ],
    [
      [2, 3],
      [2, 5],
    ],
  ])("%j repeated %j times", async (shape, reps) => {
    await same([{ shape }], (x) => tf.tile(x, reps));
  });

  test("a tensor repeated no times is empty, and what lies beside it stays", async () => {
    const x = tf.ones([1, 1031]);
    const tiled = tf.tile(x, [0, 1]);
    const beside = tf.zeros([1031]);
    const again = tf.tile(x, [0, 1]);
    expect([tiled.shape, (await tiled.data()).length]).toEqual([[0, 1031], 0]);
    expect((await beside.data()).every((value) => value === 0)).toBe(true);
    tf.dispose([x, tiled, beside, again]);
  });

  test.each([
    [[7], [2], [3]],
    [
      [5, 3],
      [1, 0],
      [3, 3],
    ],
    [
      [5, 3],
      [1, 1],
      [3, 2],
    ],
    [
      [2, 5, 3],
      [0, 4, 0],
      [2, 1, 3],
    ],
    [
      [3, 5, 3, 2],
      [1, 2, 1, 0],
      [2, 2, 1, 2],
    ],
    [
      [3, 5],
      [1, 2],
      [0, 3],
    ],
    [
      [2, 3],
      [0, 1],
      [-1, -1],
    ],
  ])("a part of %j from %j, %j", async (shape, begin, size) => {
    await same([{ shape }], (x) => tf.slice(x, begin, size), 0);
    const x = wave(shape);
    const floats = tf.tidy(() => tf.slice(x, begin, size).dataSync());
    const ints = tf.tidy(() => tf.slice(tf.cast(tf.mul(x, 1000), "int32"), begin, size).dataSync());
    const bools = tf.tidy(() => tf.slice(tf.greater(x, 0), begin, size).dataSync());
    expect([...ints]).toEqual(Array.from(floats, (value) => Math.trunc(Math.fround(value * 1000))));
    expect([...bools]).toEqual(Array.from(floats, (value) => Number(value > 0)));
    x.dispose();
  });

  test("a part of strings", async () => {
    const x = tf.tensor1d(["a", "b", "c"]);
    const part = tf.slice(x, [1], [2]);
    expect(await part.data()).toEqual(["b", "c"]);
    tf.dispose([x, part]);
  });

  test("gather says which id is out of range", () => {
    expect(() => tf.tidy(() => tf.gather(tf.zeros([7, 5]), tf.tensor1d([0, 7], "int32")))).toThrow(
      "gather: expected ids in [0, 7), got 7",
    );
  });
});
