import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import {
  activate,
  activeKernel,
  adamW,
  attention,
  crossEntropy,
  dropout,
  embedding,
  initBackend,
  layerNorm,
  linear,
  softmax,
} from "@qkv/backend";

beforeAll(async () => {
  await initBackend("cpu");
  expect(await initBackend("wasm")).toMatchObject({ name: "wasm", refused: [] });
});

/** Values, and the gradient of sum(f * pattern) for each input, on one backend. */
async function run(backend: string, inputs: Input[], f: (...xs: tf.Tensor[]) => tf.Tensor): Promise<number[][]> {
  await tf.setBackend(backend);
  const results = tf.tidy(() => {
    const xs = inputs.map(({ shape, phase = 0 }) => wave(shape, phase));
    const patterned = (...args: tf.Tensor[]) => {
      const y = f(...args);
      return tf.sum(tf.mul(y, wave(y.shape, 0.7)));
    };
    return [f(...xs), ...tf.grads(patterned)(xs)];
  });
  const values = await Promise.all(results.map(async (tensor) => [...(await tensor.data())]));
  tf.dispose(results);
  await tf.setBackend("wasm");
  return values;
}

type Op = (...xs: tf.Tensor[]) => tf.Tensor;

interface Input {
  readonly shape: number[];
  readonly phase?: number;
}

const wave = (shape: number[], phase: number) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(2.3 * i + phase) * 1.3),
    shape,
  );

/** Expects the same values and gradients on wasm and cpu. */
async function same(inputs: Input[], f: Op, tolerance = 1e-5, reference: Op = f): Promise<void> {
  const [wasm, cpu] = [await run("wasm", inputs, f), await run("cpu", inputs, reference)];
  wasm.forEach((values, part) => {
    const wanted = cpu[part] ?? [];
    expect(values.length).toBe(wanted.length);
    let worst = 0;
    values.forEach((value, i) => {
      const expected = wanted[i] ?? NaN;
      const error = Math.abs(value - expected) / (1 + Math.abs(expected));
      worst =
        Number.isNaN(expected) && Number.isNaN(value) ? worst : Math.max(worst, Number.isNaN(error) ? Infinity : error);
    });
    expect(worst, part === 0 ? "values" : `gradient of input ${part - 1}`).toBeLessThanOrEqual(tolerance);
  });
}

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

describe("fused kernels equal the composed ones", () => {
  test("are the ones that answer", async () => {
    await tf.setBackend("wasm");
    expect((["linear", "layerNorm", "softmax", "crossEntropy", "dropout", "adamW"] as const).map(activeKernel)).toEqual(
      Array(6).fill("fused"),
    );
  });

  test.each([
    [[1], 1, 1],
    [[2, 3], 5, 7],
    [[67], 33, 130],
    [[0], 3, 5],
    [[3], 0, 5],
  ])("linear %j %i %i", async (rows, i, o) => {
    const inputs = [{ shape: [...rows, i] }, { shape: [o, i], phase: 1 }, { shape: [o], phase: 2 }];
    await same(inputs, (x, w, b) => linear(x, w, b));
    await same(inputs, (x, w, b) => linear(x, w, b, "relu"));
    await same(inputs, (x, w, b) => linear(x, w, b, "gelu"));
    await same(inputs.slice(0, 2), (x, w) => linear(x, w));
  });

  test.each([[[3, 1]], [[2, 3, 5]], [[7, 128]], [[2, 3]], [[0, 4]], [[5, 66]]])("layerNorm %j", async (shape) => {
    const width = shape.at(-1) ?? 1;
    await same(
      [{ shape }, { shape: [width], phase: 1 }, { shape: [width], phase: 2 }],
      (x, w, b) => layerNorm(x, w, b, 1e-5),
      width === 1 ? 1e-3 : 3e-5,
    );
  });

  test.each([[[1, 1]], [[2, 3, 5]], [[3, 8]], [[2, 131]], [[0, 4]]])("softmax %j", async (shape) => {
    await same([{ shape }], softmax);
  });

  test.each([0, 0.1])("crossEntropy with smoothing %f", async (labelSmoothing) => {
    for (const [rows, classes] of [
      [1, 1],
      [3, 5],
      [7, 131],
      [2, 8],
    ] as const) {
      const labels = Int32Array.from({ length: rows }, (_, i) => (i === 1 ? -100 : (i * 3) % classes));
      await same([{ shape: [rows, classes] }], (x) =>
        crossEntropy(x, tf.tensor1d(labels, "int32"), { labelSmoothing }),
      );
    }
    const wrong = tf.tidy(() => crossEntropy(tf.zeros([2, 3]), tf.tensor1d([3, -1], "int32"), { labelSmoothing }));
    expect([...(await wrong.data())]).toEqual([NaN, NaN]);
    wrong.dispose();
  });

  test("crossEntropy of far logits does not overflow", async () => {
    await same([{ shape: [3, 7] }], (x) => crossEntropy(tf.mul(x, 1000), tf.tensor1d([0, 1, 2], "int32")), 2e-5);
  });

  test.each([1, 3, 4, 1001])("dropout of %i elements drops the same ones", async (size) => {
    for (const rate of [0.1, 0.5]) await same([{ shape: [size] }], (x) => dropout(x, rate, 12345678901), 0);
  });

  test("embedding", async () => {
    await same([{ shape: [7, 5] }], (w) =>
      embedding(
        w,
        tf.tensor2d(
          [
            [6, 0, 6],
            [3, 3, 3],
          ],
          [2, 3],
          "int32",
        ),
      ),
    );
    await tf.setBackend("wasm");
    expect(() => tf.tidy(() => embedding(tf.zeros([7, 5]), tf.tensor1d([0, 7], "int32")))).toThrow(
      "gather: expected ids in [0, 7), got 7",
    );
  });

  test("adamW, in place where the memory is its own", async () => {
    const results: number[][] = [];
    for (const backend of ["wasm", "cpu"]) {
      await tf.setBackend(backend);
      const initial = [wave([7, 3], 0), tf.zeros([7, 3]), tf.zeros([7, 3])] as const;
      const [parameter, first, second] = [tf.variable(initial[0]), tf.variable(initial[1]), tf.variable(initial[2])];
      const gradient = wave([7, 3], 1);
      for (const step of [1, 2, 3]) {
        adamW(parameter, gradient, { first, second }, { learningRate: 0.01, step, gradientScale: 0.3 });
      }
      results.push([...(await parameter.data()), ...(await second.data())]);
      expect([...(await initial[0].data())].slice(0, 2)).toEqual([0, Math.fround(Math.sin(2.3) * 1.3)]); // not written
      tf.dispose([...initial, parameter, first, second, gradient]);
    }
    await tf.setBackend("wasm");
    const [wasm = [], cpu = []] = results;
    expect(Math.max(...wasm.map((value, i) => Math.abs(value - (cpu[i] ?? NaN))))).toBeLessThan(1e-6);
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

  test.each(["relu", "gelu", "geluTanh", "silu"] as const)("%s", async (activation) => {
    await tf.setBackend("wasm");
    expect(activeKernel("activate")).toBe("fused");
    for (const size of [0, 1, 3, 4, 23])
      await same([{ shape: [size] }], (x) => activate(tf.mul(x, 3), activation), 2e-6);
    const edges = tf.tidy(() => activate(tf.tensor1d([NaN, 100, -100, 0, -6]), activation));
    const [nan, big, small, zero] = await edges.data();
    expect([nan, big, zero]).toEqual([NaN, 100, 0]);
    expect(Math.abs(small ?? NaN)).toBeLessThan(1e-30);
    edges.dispose();
  });
});

describe("attention", () => {
  const qkv = (b: number, h: number, q: number, k: number, d: number): Input[] => [
    { shape: [b, h, q, d] },
    { shape: [b, h, k, d], phase: 1 },
    { shape: [b, h, k, d], phase: 2 },
  ];
  const maskOf = (shape: number[]) =>
    tf.tensor(
      Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => (i * 7) % 5 > 1),
      shape,
      "bool",
    );

  test("is fused", () => {
    expect(activeKernel("attention")).toBe("fused");
  });

  test.each([
    [1, 1, 1, 1, 1],
    [2, 3, 5, 7, 11],
    [1, 2, 32, 32, 8],
    [1, 2, 67, 13, 5],
    [1, 1, 5, 530, 3],
    [1, 1, 37, 41, 33],
    [1, 2, 131, 523, 7],
    [2, 2, 0, 3, 4],
    [2, 2, 3, 0, 4],
    [0, 2, 3, 3, 4],
  ])("[%i, %i, %i of %i, %i]", async (b, h, q, k, d) => {
    const inputs = qkv(b, h, q, k, d);
    await same(inputs, (x, y, z) => attention(x, y, z), 2e-5);
    for (const scale of [0.7, -0.7, 0]) {
      await same(inputs, (x, y, z) => attention(x, y, z, { causal: true, scale }), 2e-5);
    }
    for (const shape of [
      [b, 1, 1, k],
      [q, 1],
      [h, q, k],
      [1, k],
    ]) {
      await same(inputs, (x, y, z) => attention(x, y, z, { mask: maskOf(shape) }), 2e-5);
      const all = [...inputs, { shape, phase: 3 }];
      await same(all, (x, y, z, bias) => attention(x, y, z, { bias, causal: true }), 2e-5);
      await same(all, (x, y, z, bias) => attention(x, y, z, { bias, scale: 1 }), 2e-5);
    }
    await same(
      inputs,
      (x, y, z) => attention(x, y, z, { mask: maskOf([b, 1, 1, k]), causal: true, dropout: { rate: 0.3, seed: 9 } }),
      2e-5,
    );
  });

  test("a row that sees nothing is zeros, whatever the values", async () => {
    const y = tf.tidy(() => {
      const [q, k, v] = [wave([1, 1, 2, 3], 0), wave([1, 1, 5, 3], 1), wave([1, 1, 5, 3], 2)];
      return attention(q, k, v, { mask: tf.tensor2d([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [2, 5], "bool") });
    });
    expect([...(await y.data())].slice(0, 3)).toEqual([0, 0, 0]);
    y.dispose();
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

  test("is the same, bit for bit, from run to run", async () => {
    const f: Op = (x, y, z) => attention(x, y, z, { causal: true, dropout: { rate: 0.3, seed: 9 } });
    expect(await run("wasm", qkv(2, 3, 37, 41, 8), f)).toEqual(await run("wasm", qkv(2, 3, 37, 41, 8), f));
  });
});
