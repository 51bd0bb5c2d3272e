import { readFile } from "node:fs/promises";
import { afterEach, expect, test, vi } from "vitest";
import { chooseKernels } from "./chooseKernels.ts";
import { experimentalSimd } from "./experimentalSimd.ts";
import type { Kernels } from "./kernelModule.ts";
import { type ProductTest, productTest, requireFaster, testMemory } from "./productTest.ts";

const flags = vi.hoisted((): [string, boolean][] => []);
vi.mock("./experimentalSimd.ts", async (original) => ({
  ...(await original<object>()),
  setFlag: (flag: string, on: boolean) => void flags.push([flag, on]),
}));
// Both kernels take the same time, however busy the machine is.
vi.mock("./productTest.ts", async (original) => {
  const actual = await original<{ readonly productTest: typeof productTest }>();
  return {
    ...actual,
    productTest: (...args: Parameters<typeof productTest>): ProductTest => {
      const product = actual.productTest(...args);
      return { ...product, run: () => Math.min(product.run(), 1) };
    },
  };
});
afterEach(() => {
  flags.length = 0;
  vi.unstubAllGlobals();
});

const compile = async (): Promise<WebAssembly.Module> =>
  WebAssembly.compile(await readFile(new URL("../wasm/kernels.wasm", import.meta.url)));

function engine(versions: Record<string, string>, arch = "x64"): void {
  vi.stubGlobal("process", { ...process, arch, versions: { ...process.versions, ...versions } });
}

test.each([
  ["relaxed SIMD in Node 20", { node: "20.20.0", v8: "11.3.244" }, "relaxed"],
  ["256 bits in Node 24", { node: "24.1.0", v8: "13.6.233" }, "wide"],
])("V8 has %s", (_, versions, simd) => {
  engine(versions);
  expect(experimentalSimd()).toMatchObject({ simd });
});

test.each([
  ["Node 22", { node: "22.9.0", v8: "12.4.254" }, "x64", "Node 22.9.0 has vectors of 128 bits only"],
  ["another processor", { v8: "13.6.233" }, "arm64", "on x64 only, this is arm64"],
  ["Bun", { bun: "1.3.0" }, "x64", "only Node sets V8's flags"],
  ["Deno", { deno: "2.5.0" }, "x64", "only Node sets V8's flags"],
])("%s has none, and it is said", async (_, versions, arch, reason) => {
  engine(versions, arch);
  const { simdFallbackReason } = await chooseKernels(compile, false, { relaxedSimd: false, wide: true });
  expect(simdFallbackReason).toContain(reason);
  expect(flags).toEqual([]);
});

test("kernels that are no faster are not taken, and the flag is taken back", async () => {
  engine({ v8: "13.6.233" });
  const chosen = await chooseKernels(compile, false, { relaxedSimd: false, wide: true });
  expect(chosen).toMatchObject({ simd: "plain", simdFallbackReason: "products are no faster on it" });
  expect(flags).toEqual([
    ["experimental-wasm-revectorize", true],
    ["experimental-wasm-revectorize", false],
  ]);
});

test("kernels that are faster and wrong in one number are not taken", async () => {
  const memory = testMemory(false);
  const { exports } = await WebAssembly.instantiate(await compile(), { env: { memory, nativeStep: () => undefined } });
  const right = exports as unknown as Kernels;
  const known = productTest(right, memory);
  expect(known.run()).toBeGreaterThan(0);
  expect(known.wrong()).toBeUndefined();
  const products = (...args: number[]): void => {
    right.products(...args);
    const at = (args[2] ?? 0) / 4 + 62 * 139 - 1; // the last number
    const numbers = new Float32Array(memory.buffer);
    numbers[at] = (numbers[at] ?? 0) + 1;
  };
  const tried = productTest({ ...right, products }, memory);
  await expect(requireFaster({ ...tried, run: () => tried.run() / 1e6 }, known)).rejects.toThrow(
    /came out wrong on it: expected -?\d+ at 8617, got -?\d+/,
  );
});
