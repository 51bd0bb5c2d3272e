import { initBackend } from "@qkv/backend";
import { type Adapter } from "@qkv/ops";
import { expect, test } from "vitest";

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
