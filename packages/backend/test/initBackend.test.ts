import * as tf from "@tensorflow/tfjs-core";
import { afterAll, expect, test } from "vitest";
import { type BackendName, initBackend } from "@qkv/backend";
import { activeKernel } from "@qkv/ops";

afterAll(() => void tf.setBackend("cpu"));

test("one that cannot be had says why, and the next is taken", async () => {
  const { name, refused } = await initBackend("webgpu", { gpu: { requestAdapter: () => Promise.resolve(null) } });
  expect(name).toBe("wasm");
  expect(refused.map((entry) => entry.name)).toEqual(["webgpu"]);
  expect(refused[0]?.reason).toContain("no adapter");
});

test("called again, it may change the backend and change it back", async () => {
  for (const name of ["wasm", "cpu", "wasm"] as const) {
    expect(await initBackend(name)).toMatchObject({ name, refused: [] });
    expect(activeKernel("attention")).toBe(name === "wasm" ? "fused" : "composed");
    const y = tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])));
    expect([...(await y.data())]).toEqual([3, 3, 3, 3]);
    y.dispose();
  }
});

test("two calls at once give the same", async () => {
  const reports = await Promise.all([initBackend("wasm"), initBackend("wasm")]);
  expect(reports.map(({ name }) => name)).toEqual(["wasm", "wasm"]);
});

test.each([
  ["webgl", "got webgl"],
  [[], "got an empty list"],
])("%j is no choice", async (choice, message) => {
  await expect(initBackend(choice as BackendName[])).rejects.toThrow(message);
});

test("tensors move between backends", async () => {
  await initBackend("cpu");
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  await initBackend("wasm");
  const y = tf.tidy(() => tf.matMul(x, x));
  expect([...(await y.data())]).toEqual([7, 10, 15, 22]);
  tf.dispose([x, y]);
});

test("a removed wasm backend starts afresh", async () => {
  await initBackend("wasm");
  await initBackend("cpu");
  tf.removeBackend("wasm");
  expect(await initBackend("wasm", { threads: 2 })).toMatchObject({ name: "wasm", refused: [], threads: 2 });
  const y = tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])));
  expect([...(await y.data())]).toEqual([3, 3, 3, 3]);
  y.dispose();
});

test.each([0, 1.5, NaN, 65])("%d threads are none", async (threads) => {
  const message = `expected threads to be a whole number from 1 to 64, got ${threads}`;
  await expect(initBackend("wasm", { threads })).rejects.toThrow(message);
});

test.each([
  ["one short text through a small model", { parameters: 11e6, rows: 12 }, "wasm"],
  ["a picture through a large one", { parameters: 86e6, rows: 197 }, "webgpu"],
])("%s is for %s first", async (_, work, first) => {
  const gpu = { requestAdapter: () => Promise.resolve(null) };
  const { name, refused } = await initBackend(undefined, { work, gpu });
  expect([name, refused.map((refusal) => refusal.name)]).toEqual(["wasm", first === "wasm" ? [] : ["webgpu"]]);
  await expect(initBackend(undefined, { work: { parameters: 1 } as never })).rejects.toThrow("two counts, got");
});
