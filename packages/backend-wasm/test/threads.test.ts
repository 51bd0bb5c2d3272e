import { initBackend, memoryReport } from "@qkv/backend";
import { attention, crossEntropy, dropout, embedding, layerNorm, linear } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";

const wave = (shape: number[], phase: number) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(2.3 * i + phase)),
    shape,
  );

/** A small network with every kernel that threads share: its loss, and the gradient of each input. */
async function lossAndGradients(): Promise<Float32Array[]> {
  const results = tf.tidy(() => {
    const ids = tf.tensor1d(
      Array.from({ length: 2 * 61 }, (_, i) => (i * 31) % 53),
      "int32",
    );
    const inputs = [wave([53, 66], 0), wave([66, 66], 1), wave([66], 2), wave([66], 3), wave([66], 4)];
    const loss = (...xs: tf.Tensor[]): tf.Scalar => {
      const [table, weight, bias, gain, shift] = xs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const x = layerNorm(embedding(table, ids), gain, shift, 1e-5);
      const y = dropout(linear(x, weight, bias, "gelu"), 0.3, 7);
      const heads = tf.transpose(tf.reshape(y, [2, 61, 6, 11]), [0, 2, 1, 3]);
      const pooled = attention(heads, heads, heads, { causal: true, dropout: { rate: 0.2, seed: 9 } });
      const merged = tf.reshape(tf.transpose(pooled, [0, 2, 1, 3]), [122, 66]);
      return tf.mean(crossEntropy(linear(merged, table), ids, { labelSmoothing: 0.1 }));
    };
    const { value, grads } = tf.valueAndGrads(loss)(inputs);
    return [value, ...grads];
  });
  const values = await Promise.all(results.map(async (tensor) => (await tensor.data()) as Float32Array));
  tf.dispose(results);
  return values;
}

beforeAll(async () => {
  expect(await initBackend("wasm", { threads: 2, minTaskNanoseconds: 1 })).toMatchObject({ name: "wasm", threads: 2 });
});

test("the number of threads changes no bit", async () => {
  const runs: Float32Array[][] = [];
  for (const threads of [1, 2, 5]) {
    expect(await initBackend("wasm", { threads })).toMatchObject({ name: "wasm", refused: [], threads });
    runs.push(await lossAndGradients(), await lossAndGradients());
  }
  for (const run of runs) expect(run).toEqual(runs[0]);
});

test.each([1, 3, 4, 7, 9])(
  "nor of the product of %i rows with a matrix that a cache holds only in parts",
  async (rows) => {
    const [x, weight] = [wave([rows, 67], 0), wave([4001, 67], 1)]; // 268,067 elements, of which 262,144 are held
    const runs: Float32Array[] = [];
    for (const threads of [1, 3]) {
      await initBackend("wasm", { threads });
      const y = linear(x, weight);
      runs.push((await y.data()) as Float32Array);
      y.dispose();
    }
    expect(runs[1]).toEqual(runs[0]);
    tf.dispose([x, weight]);
  },
);

test("left out, the number stays", async () => {
  await initBackend("wasm", { threads: 3 });
  await initBackend("cpu");
  expect(await initBackend("wasm")).toMatchObject({ threads: 3 });
});

test("threads see memory that was added after their start", async () => {
  await initBackend("wasm", { threads: 3 });
  const [x, y] = [tf.fill([1031, 1, 1019], 1.5), tf.fill([1031, 7, 1019], 2)]; // 4 MB and 29 MB; the heap has 16
  const sum = tf.tidy(() => tf.sum(tf.add(tf.mul(y, 3), x)));
  expect((await sum.data())[0]).toBeCloseTo(1031 * 7 * 1019 * 7.5, -3);
  tf.dispose([x, y, sum]);
});

test("the heap grows with what is alive at once, and not with what was", async () => {
  await initBackend("wasm");
  const before = memoryReport();
  const weights = Array.from({ length: 10 }, (_, i) => tf.fill<tf.Rank.R2>([2048, 2048], i)); // 160 MiB
  const x = tf.ones<tf.Rank.R2>([7, 2048]);
  for (let round = 0; round < 5; round++) {
    const y = tf.tidy(() => weights.reduce((h, weight) => linear(h, weight) as tf.Tensor2D, x));
    await y.data();
    y.dispose();
  }
  const { bytes, reservedBytes = Infinity } = memoryReport();
  const grown = bytes - before.bytes;
  expect(grown).toBeGreaterThan(160 * 2 ** 20);
  expect(reservedBytes - (before.reservedBytes ?? 0)).toBeLessThan(1.3 * grown);
  tf.dispose([x, ...weights]);
  expect(memoryReport().bytes).toBe(before.bytes);
});

test("70,000 jobs in a row, more than the number of a job has bits for", async () => {
  await initBackend("wasm", { threads: 3 });
  const one = tf.ones([24]);
  let total = tf.zeros([24]);
  for (let i = 0; i < 70_000; i++) {
    const next = tf.add(total, one);
    total.dispose();
    total = next;
  }
  expect([...(await total.data())]).toEqual(Array(24).fill(70_000));
  tf.dispose([one, total]);
});

test("a tensor for which there is no memory is told, and harms no other", async () => {
  const [column, row] = [tf.ones<tf.Rank.R2>([33_000, 1]), tf.ones<tf.Rank.R2>([1, 33_000])];
  const tensors = tf.memory().numTensors;
  expect(() => tf.tidy(() => tf.matMul(column, row))).toThrow("wasm: out of memory, expected room for 4356000000");
  expect(tf.memory().numTensors).toBe(tensors);
  const dot = tf.matMul(row, column);
  expect((await dot.data())[0]).toBe(33_000);
  tf.dispose([column, row, dot]);
});
