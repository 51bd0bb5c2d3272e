import { initBackend } from "@qkv/backend";
import { activeKernel, multipliesPacked, softmax, testKernels, type WeightFormat } from "@qkv/ops";
import { countGpuWork, describeBackends, expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

interface WithDevice {
  readonly device: GPUDevice;
}

const FOUR_BITS: WeightFormat & object = { bits: 4, groupSize: 32, zero: 8, hasOffsets: false };
const warn = vi.fn();

/** Makes the kernel called `name` another one until the test is over. */
function plant(name: string, replace: (right: tf.KernelFunc) => tf.KernelFunc): void {
  const right = tf.getKernel(name, "webgpu") as tf.KernelConfig;
  tf.unregisterKernel(name, "webgpu");
  tf.registerKernel({ ...right, kernelFunc: replace(right.kernelFunc) });
}

describeBackends(
  "the self-test",
  () => {
    beforeEach(async () => {
      tf.removeBackend("webgpu"); // what was tested stays so for a device
      await initBackend("cpu");
      vi.stubGlobal("console", { ...console, warn });
    });
    afterEach(async () => {
      vi.unstubAllGlobals();
      warn.mockReset();
      tf.removeBackend("webgpu");
      for (const name of ["QkvSoftmax", "QkvPackedLinear"]) {
        if (tf.getKernel(name, "webgpu") !== undefined) tf.unregisterKernel(name, "webgpu");
      }
      await initBackend("webgpu");
    });

    test("finds nothing wrong with right kernels, in any format", async () => {
      await initBackend("webgpu");
      const { tests, faults } = await testKernels(["f32", "f16", "bf16", FOUR_BITS]);
      expect({ faults, printed: warn.mock.calls }).toEqual({ faults: [], printed: [] });
      expect(tests).toBeGreaterThan(15);
    });

    test("reads once for all that a format adds, and nothing again", async () => {
      await initBackend("webgpu");
      const counter = countGpuWork((tf.backend() as unknown as WithDevice).device);
      await testKernels([FOUR_BITS]);
      expect(counter.take().reads).toBe(1);
      await testKernels([FOUR_BITS]);
      expect(counter.take()).toMatchObject({ reads: 0, dispatches: 0, submissions: 0 });
      counter.stop();
    });

    test("passes over a shader that is one lane off", async () => {
      plant("QkvSoftmax", (right) => (call) => {
        const { device } = call.backend as unknown as WithDevice;
        const create = device.createShaderModule;
        device.createShaderModule = ({ code }) =>
          create.call(device, { code: code.replace("result[start + i]", "result[start + (i ^ 1)]") });
        try {
          return right(call);
        } finally {
          device.createShaderModule = create;
        }
      });
      const { kernelFallbackReason } = await initBackend("webgpu");
      expect(kernelFallbackReason).toMatch(
        /^webgpu: QkvSoftmax failed the self-test \(softmax: expected \S+ at \d+, got/,
      );
      expect(warn.mock.calls).toEqual([[expect.stringContaining("QkvSoftmax failed")]]);
      expect([activeKernel("softmax"), activeKernel("linear")]).toEqual(["composed", "fused"]);
      const y = tf.tidy(() => softmax(tf.tensor2d([[0, Math.log(3)]])));
      await expectClose(y, [[0.25, 0.75]]);
      y.dispose();
      await initBackend("webgpu");
      expect(activeKernel("softmax")).toBe("composed");
      expect(warn).toHaveBeenCalledTimes(1);
    });

    test("makes floats of weights whose product subtracts another zero", async () => {
      plant("QkvPackedLinear", (right) => ({ attrs, ...call }) => {
        const { format, shape } = attrs as unknown as { readonly format: WeightFormat; readonly shape: number[] };
        const other = typeof format === "string" ? format : { ...format, zero: format.zero + 1 };
        return right({ ...call, attrs: { format: other, shape } as unknown as tf.NamedAttrMap });
      });
      await initBackend("webgpu");
      expect((await testKernels(["f16"])).faults).toEqual([]);
      expect(multipliesPacked()).toBe(true);
      const { faults } = await testKernels([FOUR_BITS]);
      expect(faults.map(({ kernels }) => kernels)).toContainEqual(["QkvPackedLinear"]);
      await initBackend("webgpu");
      expect(multipliesPacked()).toBe(false);
    });
  },
  ["webgpu"],
);
