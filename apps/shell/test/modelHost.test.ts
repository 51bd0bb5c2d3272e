import type { BackendOptions } from "@qkv/backend";
import { DeviceLostError } from "@qkv/ops";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ModelSource } from "../src/model/modelSource.ts";
import { ModelHost } from "../src/worker/modelHost.ts";

const { initBackend } = vi.hoisted(() => ({ initBackend: vi.fn() }));
vi.mock("@qkv/backend", () => ({
  initBackend,
  inspectMachine: () => Promise.resolve({ engine: "browser", platform: "none", sharedMemory: true, suggestions: [] }),
  memoryReport: () => ({ tensors: 0, bytes: 0 }),
}));
vi.mock("../src/worker/filesOf.ts", () => ({ filesOf: () => ({}) }));

let lose: (error: DeviceLostError) => void = () => undefined;
beforeEach(() => {
  vi.stubGlobal("navigator", { hardwareConcurrency: 2 });
  initBackend.mockImplementation((name: string | undefined, { onDeviceLost }: BackendOptions) => {
    if (onDeviceLost !== undefined) lose = onDeviceLost;
    return Promise.resolve({ name: name ?? "webgpu", refused: [] });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  initBackend.mockReset();
});

test.each([
  ["out-of-memory", "wasm"],
  ["unknown", "webgpu"],
] as const)("a device that was lost (%s) is followed by %s, and the listener is told", async (reason, next) => {
  const host = new ModelHost(() => Promise.resolve({ dispose: () => undefined }));
  const told = vi.fn();
  host.onDeviceLost(told);
  await host.open({} as ModelSource);
  let attempts = 0;
  const done = await host.run(() => {
    attempts++;
    if (attempts > 1) return Promise.resolve("done");
    const error = new DeviceLostError(reason, "full");
    lose(error);
    return Promise.reject(error);
  });
  expect([done, attempts]).toEqual(["done", 2]);
  expect(initBackend.mock.calls.map(([name]) => name as unknown)).toEqual([undefined, next]);
  expect(told).toHaveBeenCalledWith(
    { name: "DeviceLostError", message: expect.stringContaining(reason) as string },
    expect.objectContaining({ report: { name: next, refused: [] } }),
  );
});
