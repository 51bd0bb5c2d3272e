import { countGpuWork, describeBackends, expectClose, expectNoLeaks, type GpuWork, wave } from "@qkv/testing";
import { Params } from "@qkv/nn";
import { type ActivatingKernel, linear, packCodes, type Weight } from "@qkv/ops";
import { Block, type CausalLanguageModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { shapes } from "./decoderShapes.ts";

// Work of passes over many rows: a layer of ViT, and the prompt of a Llama. Counts are the same on every driver.

const backend = () => tf.backend() as unknown as { readonly device: GPUDevice };
const gpuBytes = () => (tf.memory() as unknown as { readonly numBytesAllocatedInGPU: number }).numBytesAllocatedInGPU;

const vitLayer = {
  dModel: 64,
  norm: { kind: "layerNorm", eps: 1e-6, placement: "pre" },
  selfAttn: { numHeads: 2 },
  ffn: { kind: "mlp", dim: 128, activation: "gelu" },
} as const;

/** The counts of a second pass, when all is compiled, and what it gives. */
async function countPass(pass: () => tf.Tensor): Promise<GpuWork & { readonly values: Float32Array }> {
  const first = tf.tidy(pass);
  await first.data();
  const counter = countGpuWork(backend().device);
  const y = tf.tidy(pass);
  const values = (await y.data()) as Float32Array;
  counter.stop();
  tf.dispose([first, y]);
  return { ...counter.take(), values };
}

/** The same pass with activations left to a kernel of their own, as before products applied them. */
async function countApart(pass: () => tf.Tensor) {
  const kernels = ["QkvLinear", "QkvPackedLinear"].map((name) => tf.getKernel(name, "webgpu") as tf.KernelConfig);
  const replace = (all: readonly (tf.KernelConfig & ActivatingKernel)[]) => {
    for (const kernel of all) {
      tf.unregisterKernel(kernel.kernelName, "webgpu");
      tf.registerKernel(kernel);
    }
  };
  replace(kernels.map((kernel) => ({ ...kernel, appliesActivations: false })));
  try {
    return await countPass(pass);
  } finally {
    replace(kernels);
  }
}

describeBackends(
  "passes over many rows",
  () => {
    test("a layer of ViT: 11 dispatches, with as many bind groups, in one submission besides the read", () =>
      expectNoLeaks(async () => {
        const params = Params.initialized(1);
        const block = new Block(params, vitLayer);
        const x = wave([1, 40, 64]) as tf.Tensor3D;
        const pass = () => block.forward(x);
        const [now, before] = [await countPass(pass), await countApart(pass)];
        expect([now.dispatches, now.bindGroups, now.pipelines]).toEqual([11, 11, 0]);
        expect([before.dispatches, before.bindGroups]).toEqual([12, 12]);
        expect(now.submissions).toBeLessThanOrEqual(2);
        expect(now.bytesRead).toBe(4 * 40 * 64);
        await expectClose(now.values, before.values);
        params.dispose();
        x.dispose();
      }));

    test("a layer's training step runs own products, forward and backward", () =>
      expectNoLeaks(async () => {
        const params = Params.initialized(1);
        const block = new Block(params, vitLayer);
        const x = wave([1, 40, 64]) as tf.Tensor3D;
        const names = await kernelNames(() => {
          const { value, grads } = tf.variableGrads(() => tf.sum(block.forward(x)));
          tf.dispose([value, grads]);
        });
        expect([...names]).toEqual(
          expect.arrayContaining(["QkvLinear", "QkvLinearGradient", "QkvLinearWeightGradient"]),
        );
        expect(names.has("BatchMatMul")).toBe(false);
        params.dispose();
        x.dispose();
      }));

    test("the prompt of a Llama has no product of TensorFlow.js's", () =>
      expectNoLeaks(async () => {
        const shape = shapes.find(({ name }) => name === "Llama");
        if (shape === undefined) throw new Error("expected a Llama among the shapes");
        const { model } = (await shape.open()) as { model: CausalLanguageModel };
        const ids = tf.range(0, 40, 1, "int32");
        const names = await kernelNames(() => {
          tf.dispose(tf.tidy(() => model.decode(tf.reshape(ids, [1, 40]) as tf.Tensor2D, {}).logits));
        });
        expect(names.has("QkvLinear")).toBe(true);
        expect(names.has("BatchMatMul") || names.has("_FusedMatMul")).toBe(false);
        ids.dispose();
        model.dispose();
      }));

    test("many rows through a packed weight take no floats of it, whichever tile they go through", () =>
      expectNoLeaks(async () => {
        const [outputs, width, rows] = [1024, 512, 640]; // tiles of 64
        const weight = await fourBits(outputs, width);
        const x = wave([rows, width]);
        await x.data();
        const before = gpuBytes();
        const counter = countGpuWork(backend().device);
        const y = linear(x, weight, undefined, "gelu");
        await y.data();
        counter.stop();
        const made = counter.take();
        expect(made.dispatches).toBe(1);
        expect(gpuBytes() - before).toBe(4 * rows * (width + 2 * outputs)); // x, y, and what y is read through
        tf.dispose([x, y, weight.parts.data]);
      }));
  },
  ["webgpu"],
);

const FOUR_BITS = { bits: 4, groupSize: 32, zero: 8, hasOffsets: false } as const;

async function fourBits(rows: number, columns: number): Promise<Weight> {
  const codes = Uint8Array.from({ length: rows * columns }, (_, i) => (i * 7) % 16);
  const scales = new Float32Array(codes.length / 32).fill(0.01);
  const { shape, data } = await packCodes(FOUR_BITS, [{ ...FOUR_BITS, codes, scales }], [rows, columns]);
  return { shape: [...shape], kind: "matrix", format: FOUR_BITS, parts: { data }, adapter: undefined };
}

async function kernelNames(work: () => void): Promise<Set<string>> {
  const { kernels } = await tf.profile(() => void work());
  return new Set(kernels.map(({ name }) => name));
}
