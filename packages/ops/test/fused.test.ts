import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { initBackend } from "@qkv/backend";
import {
  activate,
  activeKernel,
  adamW,
  attention,
  crossEntropy,
  dropout,
  embedding,
  layerNorm,
  linear,
  softmax,
  type Activation,
} from "@qkv/ops";

beforeAll(async () => {
  expect(await initBackend("cpu")).toEqual({ name: "cpu", refused: [] });
});

async function numbers(make: () => tf.Tensor): Promise<number[]> {
  const tensor = tf.tidy(make);
  const data = await tensor.data();
  tensor.dispose();
  return [...data];
}

function close(actual: readonly number[], expected: readonly number[], tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, index) => {
    const wanted = expected[index] ?? NaN;
    if (Number.isNaN(wanted)) expect(value).toBeNaN();
    else
      expect(Math.abs(value - wanted), `index ${index}: ${value} for ${wanted}`).toBeLessThanOrEqual(
        tolerance * (1 + Math.abs(wanted)),
      );
  });
}

/** The gradient of sum(f(x) * c) for a fixed pattern c, by autodiff and by central differences. */
async function checkGradient(shape: number[], f: (x: tf.Tensor) => tf.Tensor): Promise<void> {
  const size = tf.util.sizeFromShape(shape);
  const at = Float32Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + 0.3) * 0.9);
  const cost = (values: Float32Array) => {
    const y = f(tf.tensor(values, shape));
    const pattern = Float32Array.from({ length: y.size }, (_, i) => Math.cos(0.9 * i));
    return tf.sum(tf.mul(y, tf.tensor(pattern, y.shape)));
  };
  const exact = await numbers(() =>
    tf.grad((x: tf.Tensor) => {
      const y = f(x);
      const pattern = Float32Array.from({ length: y.size }, (_, i) => Math.cos(0.9 * i));
      return tf.sum(tf.mul(y, tf.tensor(pattern, y.shape)));
    })(tf.tensor(at, shape)),
  );
  const step = 1e-2;
  const approximate: number[] = [];
  for (let i = 0; i < size; i++) {
    const up = at.slice();
    const down = at.slice();
    up[i] = (up[i] ?? 0) + step;
    down[i] = (down[i] ?? 0) - step;
    const [a = 0] = await numbers(() => cost(up));
    const [b = 0] = await numbers(() => cost(down));
    approximate.push((a - b) / (2 * step));
  }
  close(exact, approximate, 2e-3);
}

const wave = (shape: number[], phase: number) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(2.3 * i + phase)),
    shape,
  );

describe("composed operations", () => {
  test("activeKernel says so", () => {
    expect(activeKernel("attention")).toBe("composed");
  });

  test("linear is x weightᵀ + bias, then the activation", async () => {
    const x = [1, 2, 3, 4, 5, 6];
    const y = await numbers(() =>
      linear(tf.tensor(x, [1, 2, 3]), tf.tensor2d([1, 0, -1, 2, 1, 0], [2, 3]), tf.tensor1d([0.5, -5]), "relu"),
    );
    expect(y).toEqual([0, 0, 0, 8]);
  });

  test("linear says which shapes do not fit", () => {
    tf.tidy(() => {
      expect(() => linear(tf.zeros([2, 3]), tf.zeros([5, 7]))).toThrow(
        "linear: expected x [..., I], weight [O, I], bias [O], got [2,3], [5,7], none",
      );
    });
  });

  test.each<[Activation, number[]]>([
    ["relu", [0, 0, 1.5]],
    ["gelu", [-0.158655, 0, 1.399789]],
    ["geluTanh", [-0.158808, 0, 1.399572]],
    ["silu", [-0.268941, 0, 1.226362]],
  ])("%s", async (activation, expected) => {
    close(await numbers(() => activate(tf.tensor1d([-1, 0, 1.5]), activation)), expected);
    await checkGradient([5], (x) => activate(x, activation));
  });

  // As Hugging Face's ACT2FN gives them.
  test.each<[Activation, number[]]>([
    ["linear", [-1, 0, 1.5, 12]],
    ["tanh", [-0.761594, 0, 0.905148, 1]],
    ["sigmoid", [0.268941, 0.5, 0.817574, 0.999994]],
    ["quickGelu", [-0.154204, 0, 1.391662, 12]],
    ["geluClipped", [-0.158655, 0, 1.399789, 10]],
    ["laplace", [0, 0.006094, 0.997529, 1]],
    ["leakyRelu", [-0.01, 0, 1.5, 12]],
    ["relu6", [0, 0, 1.5, 6]],
    ["reluSquared", [0, 0, 2.25, 144]],
    ["hardSwish", [-0.333333, 0, 1.125, 12]],
    ["mish", [-0.303401, 0, 1.403378, 12]],
  ])("%s", async (activation, expected) => {
    close(await numbers(() => activate(tf.tensor1d([-1, 0, 1.5, 12]), activation)), expected);
    await checkGradient([5], (x) => activate(x, activation));
  });

  test("activate says which names there are", () => {
    const run = () => tf.tidy(() => activate(tf.tensor1d([1]), "softmax" as Activation));
    expect(run).toThrow(/expected one of relu, gelu, .* got softmax/);
  });

  test("layerNorm keeps eps under the root", async () => {
    const y = await numbers(() =>
      layerNorm(tf.tensor2d([[0.001, -0.001]]), tf.tensor1d([1, 2]), tf.tensor1d([0, 1]), 1e-6),
    );
    close(y, [Math.SQRT1_2, 1 - 2 * Math.SQRT1_2]);
    await checkGradient([3, 5], (x) => layerNorm(x, wave([5], 1), wave([5], 2), 1e-5));
    await checkGradient([5], (w) => layerNorm(wave([3, 5], 1), w, wave([5], 2), 1e-5));
    await checkGradient([5], (b) => layerNorm(wave([3, 5], 1), wave([5], 2), b, 1e-5));
  });

  test("softmax", async () => {
    close(await numbers(() => softmax(tf.tensor2d([[0, Math.log(3)]]))), [0.25, 0.75]);
  });

  // Expected: torch.nn.functional.cross_entropy(..., reduction="none", label_smoothing=s), torch 2.13
  test.each([
    [0, [2.40760589, 0, 0.55495697]],
    [0.1, [2.30760598, 0, 0.63829029]],
  ])("crossEntropy with smoothing %f is torch's", async (labelSmoothing, expected) => {
    const logits = [1, 2, 3, 0, 0, 0, 1, -1, 0.5];
    const y = await numbers(() =>
      crossEntropy(tf.tensor2d(logits, [3, 3]), tf.tensor1d([0, -100, 0], "int32"), { labelSmoothing }),
    );
    close(y, expected);
  });

  test("crossEntropy has its gradient, and none where ignored; a label out of range is NaN", async () => {
    const labels = Int32Array.of(2, -100, 0);
    await checkGradient([3, 5], (x) => crossEntropy(x, tf.tensor1d(labels, "int32"), { labelSmoothing: 0.1 }));
    const y = await numbers(() => crossEntropy(tf.zeros([2, 3]), tf.tensor1d([3, -1], "int32")));
    close(y, [NaN, NaN]);
  });

  test("dropout depends on the seed and the index alone", async () => {
    const once = await numbers(() => dropout(tf.ones([1000]), 0.25, 7));
    expect(await numbers(() => dropout(tf.ones([10, 100]), 0.25, 7))).toEqual(once);
    expect(await numbers(() => dropout(tf.ones([1000]), 0.25, 8))).not.toEqual(once);
    expect(await numbers(() => dropout(tf.ones([1000]), 0.25, 7 + 2 ** 40))).not.toEqual(once);
    const kept = once.filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(4 / 3)]));
    expect(Math.abs(kept.length - 750)).toBeLessThan(60);
    await checkGradient([11], (x) => dropout(x, 0.5, 3));
  });

  test("embedding picks rows, and adds up their gradients", async () => {
    const ids = () => tf.tensor2d([[2, 0, 2]], [1, 3], "int32");
    expect(await numbers(() => embedding(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), ids()))).toEqual([5, 6, 1, 2, 5, 6]);
    expect(await numbers(() => tf.grad((w: tf.Tensor) => tf.sum(embedding(w, ids())))(tf.zeros([3, 2])))).toEqual([
      1, 1, 0, 0, 2, 2,
    ]);
  });

  test("adamW is torch.optim.AdamW", async () => {
    // torch: p = [1, -2], g = [0.5, 0.25] twice, lr 0.1, weight_decay 0.1
    const initial = [tf.tensor1d([1, -2]), tf.zeros([2]), tf.zeros([2])] as const;
    const [parameter, first, second] = [tf.variable(initial[0]), tf.variable(initial[1]), tf.variable(initial[2])];
    const gradient = tf.tensor1d([1, 0.5]);
    for (const step of [1, 2])
      adamW(parameter, gradient, { first, second }, { learningRate: 0.1, step, weightDecay: 0.1, gradientScale: 0.5 });
    close([...(await parameter.data())], [0.7811, -2.1592]);
    tf.dispose([...initial, parameter, first, second, gradient]);
  });
});

describe("composed attention", () => {
  const q = () => wave([2, 3, 5, 7], 0);
  const k = () => wave([2, 3, 11, 7], 1);
  const v = () => wave([2, 3, 11, 7], 2);

  test("without a mask is softmax(q kᵀ / sqrt(D)) v", async () => {
    const expected = await numbers(() =>
      tf.matMul(
        tf.softmax(tf.div(tf.matMul(q() as tf.Tensor4D, k() as tf.Tensor4D, false, true), Math.sqrt(7))),
        v() as tf.Tensor4D,
      ),
    );
    close(await numbers(() => attention(q(), k(), v())), expected);
  });

  test("causal is aligned to the last key", async () => {
    const mask = () =>
      tf.tensor(
        Array.from({ length: 55 }, (_, i) => i % 11 <= Math.floor(i / 11) + 6),
        [5, 11],
        "bool",
      );
    close(
      await numbers(() => attention(q(), k(), v(), { causal: true })),
      await numbers(() => attention(q(), k(), v(), { mask: mask() })),
    );
  });

  test("a query that sees no key gives zeros, and no gradient", async () => {
    const mask = () => tf.zeros([2, 1, 1, 11], "bool");
    expect((await numbers(() => attention(q(), k(), v(), { mask: mask() }))).every((value) => value === 0)).toBe(true);
    const gradient = await numbers(() =>
      tf.grad((x: tf.Tensor) => tf.sum(attention(x, k(), v(), { mask: mask() })))(q()),
    );
    expect(gradient.every((value) => value === 0)).toBe(true);
  });

  test("has gradients", async () => {
    const options = () => ({ causal: true, bias: wave([3, 2, 3], 4), dropout: { rate: 0.3, seed: 5 } });
    await checkGradient([1, 3, 2, 5], (x) => attention(x, wave([1, 3, 3, 5], 1), wave([1, 3, 3, 5], 2), options()));
    await checkGradient([1, 3, 3, 5], (x) => attention(wave([1, 3, 2, 5], 0), x, wave([1, 3, 3, 5], 2), options()));
    await checkGradient([1, 3, 3, 5], (x) => attention(wave([1, 3, 2, 5], 0), wave([1, 3, 3, 5], 1), x, options()));
    await checkGradient([3, 2, 3], (x) =>
      attention(wave([1, 3, 2, 5], 0), wave([1, 3, 3, 5], 1), wave([1, 3, 3, 5], 2), { ...options(), bias: x }),
    );
  });
});
