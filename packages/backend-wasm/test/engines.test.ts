import { initBackend } from "@qkv/backend";
import { type WasmOptions } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test, vi } from "vitest";

// Engines that lack something, played by taking it away before the backend starts afresh.
async function restart(options: WasmOptions = {}) {
  await initBackend("cpu");
  if (tf.engine().registry["wasm"] !== undefined) tf.removeBackend("wasm");
  return initBackend("wasm", options);
}

async function expectToCompute(): Promise<void> {
  const y = tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])));
  expect([...(await y.data())]).toEqual([3, 3, 3, 3]);
  y.dispose();
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test("without SIMD the next backend is taken, and it is said why", async () => {
  vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
  const refused = [{ name: "wasm", reason: "this engine has no WebAssembly SIMD" }];
  expect(await restart()).toEqual({ name: "cpu", refused });
  await expectToCompute();
});

test("without shared memory one thread computes, and it is said why", async () => {
  vi.stubGlobal("SharedArrayBuffer", undefined);
  const report = await restart({ threads: 2 });
  expect(report).toMatchObject({
    name: "wasm",
    threads: 1,
    threadsFallbackReason: expect.stringContaining("isolated") as string,
  });
  await expectToCompute();
});

test("where shared memory is refused, memory of one's own serves", async () => {
  const construct = (): object => {
    throw new RangeError("could not allocate memory");
  };
  const Memory = new Proxy(WebAssembly.Memory, { construct });
  vi.stubGlobal("WebAssembly", Object.create(WebAssembly, { Memory: { value: Memory } }));
  const threadsFallbackReason = "shared memory was refused: could not allocate memory";
  expect(await restart({ threads: 2 })).toMatchObject({ name: "wasm", threads: 1, threadsFallbackReason });
  await expectToCompute();
});

test("a module that is not there is told, with where it was looked for, and nothing is printed", async () => {
  const { refused } = await restart({ wasmPaths: "no-such-folder/" });
  expect(refused).toEqual([{ name: "wasm", reason: expect.stringContaining("no-such-folder/tfjs") as string }]);
});

test("wide is taken by the first start only, and not without relaxed SIMD, and it is said", async () => {
  await restart({ threads: 1 });
  expect(await initBackend("wasm", { wide: true })).toMatchObject({
    simdFallbackReason: "wasm was started without wide before",
  });
  await expect(initBackend("wasm", { wide: true, relaxedSimd: false })).rejects.toThrow("got relaxedSimd: false");
});
