import { initBackend } from "@qkv/backend";
import {
  activeKernel,
  attention,
  type FusedOp,
  linear,
  multipliesPacked,
  testKernels,
  type WeightFormat,
} from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test, vi } from "vitest";

type Kernel = (...args: number[]) => unknown;

const warn = vi.fn();

/** Starts wasm afresh with one function of its kernels replaced. */
async function startWith(name: string, replace: (right: Kernel, memory: WebAssembly.Memory) => Kernel) {
  vi.stubGlobal("console", { ...console, warn });
  const instantiate = WebAssembly.instantiate.bind(WebAssembly) as (
    module: WebAssembly.Module,
    imports: { readonly env: { readonly memory: WebAssembly.Memory } },
  ) => Promise<WebAssembly.Instance>;
  vi.spyOn(WebAssembly, "instantiate").mockImplementation((async (...args: Parameters<typeof instantiate>) => {
    const { exports } = await instantiate(...args);
    return { exports: { ...exports, [name]: replace(exports[name] as Kernel, args[1].env.memory) } };
  }) as never);
  if (tf.engine().registry["wasm"] !== undefined) tf.removeBackend("wasm");
  return initBackend("wasm", { threads: 1 });
}

/** A kernel that writes two neighbouring numbers of its output in each other's place. */
const oneLaneOff =
  (output: number) =>
  (right: Kernel, memory: WebAssembly.Memory) =>
  (...args: number[]) => {
    const result = right(...args);
    const numbers = new Float32Array(memory.buffer, args[output]);
    [numbers[4], numbers[5]] = [numbers[5] as number, numbers[4] as number];
    return result;
  };

/** A kernel that reads a weight whose first scale is 1. */
const oneScaleSkipped =
  (right: Kernel, memory: WebAssembly.Memory) =>
  (...args: number[]) => {
    const scale = new Float32Array(memory.buffer, (args[1] as number) + 16 * FOUR_BITS.bits);
    const own = scale[0] as number;
    scale[0] = 1;
    const result = right(...args);
    scale[0] = own;
    return result;
  };

const FOUR_BITS: WeightFormat & object = { bits: 4, groupSize: 32, zero: 8, hasOffsets: false };

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  warn.mockReset();
  if (tf.engine().registry["wasm"] !== undefined) tf.removeBackend("wasm");
  await initBackend("cpu");
});

async function expectNumbers(run: () => tf.Tensor, expected: readonly number[]): Promise<void> {
  const y = tf.tidy(run);
  expect([...(await y.data())]).toEqual(expected);
  y.dispose();
}

test("right kernels are used, and nothing is said", async () => {
  const report = await startWith("products", (right) => right);
  expect(report).not.toHaveProperty("kernelFallbackReason");
  const { tests, faults } = await testKernels(["f32", "f16", FOUR_BITS]);
  expect(faults).toEqual([]);
  expect(tests).toBeGreaterThan(25);
  expect(warn).not.toHaveBeenCalled();
});

test("products with one lane off are passed over for tfjs's own", async () => {
  const report = await startWith("products", oneLaneOff(2));
  expect(report.name).toBe("wasm");
  expect(report.kernelFallbackReason).toMatch(
    /^wasm: BatchMatMul failed the self-test \(BatchMatMul: expected \S+ at [45], got/,
  );
  expect(activeKernel("linear")).toBe("composed");
  expect(warn.mock.calls.map(([line]) => String(line).split(" failed")[0])).toEqual([
    "QKV: wasm: BatchMatMul",
    "QKV: wasm: QkvLinear",
  ]);
  const x = () => tf.tensor2d([1, 2, 3, 4], [2, 2]);
  await expectNumbers(() => linear(x(), x()), [5, 11, 11, 25]);
  await initBackend("wasm");
  expect(warn).toHaveBeenCalledTimes(2);
});

test.each<[name: string, replace: Parameters<typeof startWith>[1], op: FusedOp]>([
  ["attention", oneLaneOff(6), "attention"],
  ["softmax", oneLaneOff(1), "softmax"],
  ["layerNorm", oneLaneOff(3), "layerNorm"],
  ["activate", oneLaneOff(2), "activate"],
])("%s with one lane off is composed", async (name, replace, op) => {
  await startWith(name, replace);
  const { faults } = await testKernels(["f32"]);
  expect(faults[0]?.message).toContain("failed the self-test");
  expect(activeKernel(op)).toBe("composed");
  const one = () => tf.ones<tf.Rank.R4>([1, 1, 3, 4]);
  await expectNumbers(() => attention(one(), one(), one()), Array<number>(12).fill(1));
});

test("a packed product that skips a scale is not used: weights become floats", async () => {
  await startWith("packedProducts", oneScaleSkipped);
  expect(multipliesPacked()).toBe(true);
  const { faults } = await testKernels(["f32", FOUR_BITS]);
  expect(faults.map(({ kernels }) => kernels)).toContainEqual(["QkvPackedLinear"]);
  expect(multipliesPacked()).toBe(false);
  expect(warn.mock.calls[0]).toEqual([
    expect.stringMatching(
      /QkvPackedLinear failed the self-test \(a product of 1 with 4 bits in groups of 32: expected/,
    ),
  ]);
  expect((await testKernels(["f32"])).faults.flatMap(({ kernels }) => kernels)).not.toContain("QkvTransformerLayer");
});

test("a layer that skips its last step is composed", async () => {
  await startWith(
    "program",
    (right) =>
      (...args) =>
        right(args[0] as number, (args[1] as number) - 1, ...args.slice(2)),
  );
  expect(activeKernel("transformerLayer")).toBe("fused");
  await testKernels(["f32"]);
  expect(activeKernel("transformerLayer")).toBe("composed");
  expect(activeKernel("linear")).toBe("fused");
});

test("where what replaces a kernel is wrong as well, the next backend is taken, and it is said why", async () => {
  const composed = tf.getKernel("Softmax", "wasm") as tf.KernelConfig;
  tf.unregisterKernel("Softmax", "wasm");
  tf.registerKernel({
    ...composed,
    kernelFunc: ({ inputs, backend }) => {
      const { x } = inputs as { readonly x: tf.TensorInfo };
      (backend as tf.KernelBackend).incRef(x.dataId);
      return x;
    },
  });
  try {
    const { name, refused } = await startWith("softmax", oneLaneOff(1));
    expect(name).toBe("cpu");
    expect(refused).toEqual([
      { name: "wasm", reason: expect.stringContaining("with and without the kernel") as string },
    ]);
  } finally {
    tf.unregisterKernel("Softmax", "wasm");
    tf.registerKernel(composed);
  }
});
