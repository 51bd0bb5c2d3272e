import { expect, test } from "vitest";
import { initBackend } from "./initBackend.ts";
import { type Adapter, softwareName } from "./gpu.ts";

test.each<[string, Adapter, string | undefined]>([
  ["SwiftShader", { info: { vendor: "google", description: "SwiftShader driver 5.0.0" } }, "SwiftShader driver 5.0.0"],
  ["SwiftShader in Chromium", { info: { vendor: "google", architecture: "swiftshader" } }, "swiftshader"],
  [
    "Mesa's software renderer",
    { info: { vendor: "mesa", device: "llvmpipe (LLVM 15.0.6)" } },
    "llvmpipe (LLVM 15.0.6)",
  ],
  ["a fallback without a name", { info: { isFallbackAdapter: true, vendor: "" } }, "a fallback adapter"],
  ["a fallback of an older engine", { isFallbackAdapter: true, info: { vendor: "acme" } }, "acme"],
  ["hardware", { info: { vendor: "nvidia", architecture: "hopper", isFallbackAdapter: false } }, undefined],
  ["hardware that says nothing", {}, undefined],
])("softwareName: %s", (_name, adapter, expected) => {
  expect(softwareName(adapter)).toBe(expected);
});

// The adapters are refused before anything is started, so that no GPU is needed.
test.each<[string, Adapter | null, string]>([
  ["without an adapter", null, "navigator.gpu gave no adapter: it found no graphics driver that it can use"],
  ["in software", { info: { description: "SwiftShader" } }, "the adapter is software (SwiftShader)"],
])("a gpu %s is refused with the reason, and not made navigator.gpu", async (_name, adapter, reason) => {
  const gpu = { requestAdapter: () => Promise.resolve(adapter) };
  const report = await initBackend(["webgpu", "cpu"], { gpu });
  expect(report).toEqual({ name: "cpu", refused: [{ name: "webgpu", reason }] });
  expect((globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu).not.toBe(gpu);
});
