import { cpus } from "node:os";
import type { Adapter } from "@qkv/ops";
import { afterEach, expect, test, vi } from "vitest";
import { inspectMachine } from "./inspectMachine.ts";

afterEach(() => vi.unstubAllGlobals());

/** Makes an adapter the one of `navigator.gpu`. */
function withAdapter(adapter: Adapter | null): void {
  vi.stubGlobal("navigator", { gpu: { requestAdapter: () => Promise.resolve(adapter) } });
}

const MIB = 2 ** 20;

test("a plain driver is described as what it is: no 16 bits, no subgroups, buffers of 128 MB", async () => {
  withAdapter({
    info: { vendor: "acme", architecture: "one" },
    features: new Set(["timestamp-query"]),
    limits: { maxBufferSize: 256 * MIB, maxStorageBufferBindingSize: 128 * MIB },
  });
  const { gpu, engine, cores } = await inspectMachine();
  const expected = { name: "acme one", isSoftware: false, float16: false, subgroups: false };
  expect(gpu).toEqual({ ...expected, maxTensorBytes: 128 * MIB });
  expect(engine).toMatch(/^Node \d+\./);
  expect(cores).toBeLessThanOrEqual(cpus().length);
});

test("a driver in software is told, with what would be faster", async () => {
  withAdapter({ info: { description: "llvmpipe (LLVM 15)" }, features: new Set(["shader-f16", "subgroups"]) });
  const { gpu, suggestions } = await inspectMachine();
  expect(gpu).toEqual({ name: "llvmpipe (LLVM 15)", isSoftware: true, float16: true, subgroups: true });
  expect(suggestions).toContain("hardwareGpu");
});

test("no driver is told with the reason", async () => {
  withAdapter(null);
  const { gpu, noGpuReason } = await inspectMachine();
  expect([gpu, noGpuReason]).toEqual([undefined, "no graphics driver that WebGPU can use"]);
});

test.each([
  ["20.20.0", "x64", ["wide", "newerNode"]],
  ["22.9.0", "x64", ["newerNode"]],
  ["24.1.0", "x64", ["wide"]],
  ["24.1.0", "arm64", []],
])("Node %s on %s is told how vectors become wider", async (node, arch, suggestions) => {
  withAdapter(null);
  vi.stubGlobal("process", { ...process, arch, versions: { node }, getBuiltinModule: process.getBuiltinModule });
  expect((await inspectMachine()).suggestions).toEqual(suggestions);
});

test("a page that is not isolated is told of its headers", async () => {
  vi.stubGlobal("process", undefined);
  vi.stubGlobal("crossOriginIsolated", false);
  vi.stubGlobal("navigator", { hardwareConcurrency: 8, deviceMemory: 4, platform: "Linux x86_64" });
  expect(await inspectMachine()).toEqual({
    engine: "browser",
    platform: "Linux x86_64",
    cores: 8,
    memoryBytes: 4 * 2 ** 30,
    sharedMemory: false,
    noGpuReason: "there is no navigator.gpu here",
    suggestions: ["isolate"],
  });
});
