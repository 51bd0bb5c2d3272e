import { afterEach, beforeEach, expect, test, vi } from "vitest";

const wasm = { name: "wasm", reason: "expected x.wasm at /x.wasm, got 404; copy it" } as const;
const webgpu = { name: "webgpu", reason: "no navigator.gpu" } as const;
const warn = vi.fn();

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("console", { ...console, warn });
});
afterEach(() => {
  vi.unstubAllGlobals();
  warn.mockReset();
});

/** warnOfCpu as it is freshly loaded in a page, or in Node. */
async function load({ node }: { readonly node: boolean }) {
  vi.doMock("@qkv/ops", () => ({ isNode: () => node }));
  return (await import("./warnOfCpu.ts")).warnOfCpu;
}

test("a page is told once why wasm does not compute", async () => {
  const warnOfCpu = await load({ node: false });
  warnOfCpu([webgpu, wasm]);
  warnOfCpu([webgpu, wasm]);
  const words = "QKV computes in plain JavaScript, many times slower than it could. wasm: expected x.wasm at /x.wasm";
  expect(warn.mock.calls).toEqual([[expect.stringContaining(words)]]);
});

test("one that asked for cpu is not", async () => {
  const warnOfCpu = await load({ node: false });
  warnOfCpu([]);
  expect(warn).not.toHaveBeenCalled();
});

test("nor is Node, whose programs read the report", async () => {
  const warnOfCpu = await load({ node: true });
  warnOfCpu([wasm]);
  expect(warn).not.toHaveBeenCalled();
});
