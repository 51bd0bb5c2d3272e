import * as tf from "@tensorflow/tfjs-core";
import {
  activate,
  adamW,
  attention,
  crossEntropy,
  dropout,
  dropoutFactors,
  dropoutKey,
  embedding,
  layerNorm,
  linear,
  logSumExp,
  softmax,
} from "@qkv/ops";
import { describeBackends, expectClose, expectSameAsCpu, type Operation, wave } from "@qkv/testing";
import { expect, test } from "vitest";
import * as doubles from "./doubles.ts";

type Shape = readonly number[];

const sizeOf = (shape: Shape) => tf.util.sizeFromShape([...shape]);
const valuesOf = (shape: Shape, phase: number) =>
  Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(2.3 * i + phase) * 1.3);
const labelsOf = (rows: number, classes: number) => Int32Array.from({ length: rows }, (_, i) => (i * 5) % classes);

// Nothing, one, primes, and what is no multiple of a vector, a tile or a workgroup.
const SIZES = [0, 1, 4, 7, 33];
const FEW_SIZES = [0, 7]; // on a GPU in software, where each kernel takes milliseconds

/** Every way to choose one of the sizes for each of so many letters. */
function choices(letters: number, sizes: Shape): number[][] {
  return letters === 0 ? [[]] : choices(letters - 1, sizes).flatMap((chosen) => sizes.map((size) => [...chosen, size]));
}

/** Holds `f` of waves of these shapes against numbers in double precision, and its gradients against cpu's. */
async function check(
  shapes: readonly Shape[],
  f: Operation,
  expected: (...inputs: Float32Array[]) => readonly number[],
  gradients = true,
): Promise<void> {
  const tolerance = 5e-5;
  try {
    const y = tf.tidy(() => f(...shapes.map((shape, i) => wave(shape, i))));
    const [values, shape] = [[...(await y.data())], y.shape];
    y.dispose();
    const wanted = expected(...shapes.map((shape, i) => valuesOf(shape, i)));
    expect(sizeOf(shape)).toBe(wanted.length);
    await expectClose(values, [...wanted], { atol: tolerance, rtol: tolerance });
    const waves = shapes.map((shape, phase) => ({ shape, phase }));
    if (gradients) await expectSameAsCpu(waves, f, { tolerance });
  } catch (error) {
    throw new Error(`of ${JSON.stringify(shapes)}: ${String(error)}`, { cause: error });
  }
}

/** Gradients take ten times as long: those of some of the sizes will do. */
const isSmall = (chosen: Shape) => chosen.every((size) => [0, 7].includes(size));

/** Holds every element of what `make` gives near one value. */
async function isFilledWith(value: number, make: () => tf.Tensor): Promise<void> {
  const y = tf.tidy(() => tf.max(tf.abs(tf.sub(make(), value))));
  expect((await y.data())[0]).toBeLessThan(1e-4);
  y.dispose();
}

describeBackends("operations of odd shapes", (backend) => {
  const sizes = backend === "webgpu" ? FEW_SIZES : SIZES;

  test("linear", async () => {
    for (const [N = 0, I = 0, O = 0] of choices(3, sizes)) {
      const f: Operation = (x, w, b) => linear(x as tf.Tensor, w as tf.Tensor, b);
      await check(
        [[N, I], [O, I], [O]],
        f,
        (x, w, b) => doubles.linear(x ?? [], w ?? [], b, [N, I, O]),
        isSmall([N, I, O]),
      );
    }
  });

  test("matMul", async () => {
    for (const [M = 0, K = 0, N = 0, B = 0] of choices(3, backend === "webgpu" ? FEW_SIZES : [0, 1, 7, 18]).flatMap(
      (chosen) => [0, 1, 2].map((b) => [...chosen, b]),
    ))
      for (const [ta = false, tb = false] of choices(2, [0, 1]).map((flags) => flags.map(Boolean))) {
        const shapes = [
          [B, ...(ta ? [K, M] : [M, K])],
          [B, ...(tb ? [N, K] : [K, N])],
        ];
        const f: Operation = (a, b) => tf.matMul(a as tf.Tensor3D, b as tf.Tensor3D, ta, tb);
        await check(shapes, f, (a, b) => doubles.matMul(a ?? [], b ?? [], { B, M, K, N }, ta, tb), isSmall([M, K, N]));
      }
  });

  test("layerNorm, softmax and logSumExp", async () => {
    for (const [N = 0, E = 0] of choices(2, [...sizes, 131])) {
      const norm: Operation = (x, w, b) => layerNorm(x as tf.Tensor, w as tf.Tensor, b as tf.Tensor, 1e-2);
      await check([[N, E], [E], [E]], norm, (x, w, b) => doubles.layerNorm(x ?? [], w ?? [], b ?? [], 1e-2, [N, E]));
      await check(
        [[N, E]],
        (x) => softmax(x as tf.Tensor),
        (x) => doubles.softmax(x ?? [], [N, E]),
      );
      await check(
        [[N, E]],
        (x) => logSumExp(x as tf.Tensor),
        (x) => doubles.logSumExp(x ?? [], [N, E]),
        E > 0,
      );
    }
  });

  test("crossEntropy", async () => {
    for (const [N = 0, V = 0] of choices(2, [...sizes, 131])) {
      const labels = labelsOf(N, V);
      const f: Operation = (x) => crossEntropy(x as tf.Tensor, tf.tensor1d(labels, "int32"));
      const wanted = (x?: Float32Array) => doubles.crossEntropy(x ?? [], labels, [N, V]);
      if (V > 0) await check([[N, V]], f, wanted);
    }
  });

  test("activate and dropout", async () => {
    for (const shape of [[], ...choices(1, sizes), ...choices(2, sizes), [2, 0, 3], [1, 1, 1, 1, 1, 1]]) {
      await check(
        [shape],
        (x) => activate(x as tf.Tensor, "relu"),
        (x) => [...(x ?? [])].map((value) => Math.max(value, 0)),
      );
      const factors = dropoutFactors(dropoutKey(0.4, 7), sizeOf(shape));
      await check(
        [shape],
        (x) => dropout(x as tf.Tensor, 0.4, 7),
        (x) => [...(x ?? [])].map((value, i) => value * (factors[i] ?? NaN)),
      );
    }
  });

  test("embedding", async () => {
    for (const [N = 0, V = 0, E = 0] of choices(3, sizes)) {
      if (V === 0 && N > 0) continue; // no row to take
      const ids = labelsOf(N, V);
      const f: Operation = (w) => embedding(w as tf.Tensor, tf.tensor1d(ids, "int32"));
      const wanted = (w?: Float32Array) => [...ids].flatMap((id) => [...(w ?? []).slice(id * E, (id + 1) * E)]);
      await check([[V, E]], f, wanted, isSmall([N, V, E]));
    }
  });

  test("attention", async () => {
    for (const [Q = 0, K = 0, D = 0, H = 0] of choices(3, sizes).flatMap((chosen) => [0, 3].map((h) => [...chosen, h])))
      for (const [B = 0, G = H] of [[2], [0], ...(H === 3 ? [[1, 1]] : [])])
        for (const causal of [false, true]) {
          const V = Q === K ? D : 5;
          const f: Operation = (q, k, v) => attention(q as tf.Tensor, k as tf.Tensor, v as tf.Tensor, { causal });
          const wanted = (q?: Float32Array, k?: Float32Array, v?: Float32Array) =>
            doubles.attention(q ?? [], k ?? [], v ?? [], { B, H, G, Q, K, D, V }, causal);
          await check(
            [
              [B, H, Q, D],
              [B, G, K, D],
              [B, G, K, V],
            ],
            f,
            wanted,
            isSmall([Q, K, D]),
          );
        }
  });

  test.each(SIZES)("adamW of %i elements", async (size) => {
    const variables = [0, 1, 2].map((phase) => tf.tidy(() => tf.variable(tf.abs(wave([size], phase)))));
    const [parameter, first, second] = variables as [tf.Variable, tf.Variable, tf.Variable];
    const gradient = wave([size], 3);
    adamW(parameter, gradient, { first, second }, { learningRate: 0.1, step: 1, weightDecay: 0 });
    const start = [0, 1, 2].map((phase) => [...valuesOf([size], phase)].map(Math.abs));
    const wanted = [...valuesOf([size], 3)].map((g, i) => {
      const [p = 0, m = 0, v = 0] = start.map((values) => values[i]);
      return p - (0.1 * (0.9 * m + 0.1 * g)) / 0.1 / (Math.sqrt((0.999 * v + 0.001 * g * g) / 0.001) + 1e-8);
    });
    await expectClose([...(await parameter.data())], wanted, { atol: 1e-4, rtol: 1e-4 });
    tf.dispose([...variables, gradient]);
  });

  // More rows than a dispatch has workgroups, and rows wider than what a workgroup holds; a GPU in software takes minutes.
  test.skipIf(backend === "webgpu").each([
    [70_001, 3],
    [3, 70_001],
  ])("large: [%i, %i]", async (N, E) => {
    const ones = tf.ones([N, E]);
    const [few, labels] = [tf.ones([E]), tf.zeros([N], "int32")];
    await isFilledWith(1 / E, () => softmax(ones));
    await isFilledWith(2, () => layerNorm(ones, few, tf.add(few, 1), 1e-5));
    await isFilledWith(Math.log(E) + 1, () => logSumExp(ones));
    await isFilledWith(Math.log(E), () => crossEntropy(ones, labels));
    await isFilledWith(E + 1, () => linear(ones, tf.ones([1, E]), tf.ones([1])));
    await isFilledWith(N, () => tf.grad((bias) => linear(ones, tf.zeros([1, E]), bias))(tf.ones([1])));
    await isFilledWith(1, () => embedding(ones, labels));
    await isFilledWith(3, () => attention(tf.ones([N, 1, 1, 1]), tf.ones([N, 1, E, 1]), tf.fill([N, 1, E, 1], 3)));
    await isFilledWith(3, () => attention(tf.ones([1, 1, N, 1]), tf.ones([1, 1, E, 1]), tf.fill([1, 1, E, 1], 3)));
    tf.dispose([ones, few, labels]);
  });

  // More elements than one dispatch of 64 threads a workgroup reaches.
  test("4,300,001 elements", async () => {
    const ones = tf.ones([4_300_001]);
    const factors = tf.tensor(dropoutFactors(dropoutKey(0.5, 1), ones.size));
    await isFilledWith(1, () => activate(ones, "relu"));
    await isFilledWith(0, () => tf.sub(dropout(ones, 0.5, 1), factors));
    tf.dispose([ones, factors]);
  });
});
