import { initBackend } from "@qkv/backend";
import { attention, type Gpu, maxTensorBytes, testKernels } from "@qkv/ops";
import { describeBackends, expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, expect, test } from "vitest";

const BYTES = 2 ** 27;

/** A WebGPU whose adapter says that it has no 16 bits, no subgroups, and buffers of 128 MB. */
function plainGpu({ gpu }: { readonly gpu: GPU }): Gpu {
  const plain = (adapter: GPUAdapter) =>
    new Proxy(adapter, {
      get: (_, name) => {
        if (name === "features") return new Set([...adapter.features].filter((each) => !LACKING.has(each)));
        if (name === "limits") return limitsOf(adapter);
        const value: unknown = Reflect.get(adapter, name);
        return typeof value === "function" ? (value.bind(adapter) as unknown) : value;
      },
    });
  return {
    requestAdapter: async (options) => {
      const adapter = await gpu.requestAdapter(options);
      return adapter && (plain(adapter) as never);
    },
  };
}

const LACKING: ReadonlySet<string> = new Set(["shader-f16", "subgroups"]);

const limitsOf = ({ limits }: GPUAdapter) =>
  new Proxy(limits, {
    get: (_, name) =>
      name === "maxBufferSize" || name === "maxStorageBufferBindingSize"
        ? BYTES
        : (Reflect.get(limits, name) as unknown),
  });

describeBackends(
  "a plain driver",
  () => {
    // Node 20 has no navigator before WebGPU starts.
    let own: GPU;
    beforeEach(() => {
      own = globalThis.navigator.gpu;
    });
    afterEach(async () => {
      tf.removeBackend("webgpu");
      await initBackend("webgpu", { gpu: own as unknown as Gpu });
    });

    test("computes right, and says which tensor is too large", async () => {
      tf.removeBackend("webgpu");
      await initBackend("webgpu", { gpu: plainGpu({ gpu: own }), float16: true });
      expect((await testKernels(["f32", "f16"])).faults).toEqual([]);
      expect(maxTensorBytes()).toBe(BYTES);
      const one = () => tf.ones<tf.Rank.R4>([1, 1, 3, 4]);
      const y = tf.tidy(() => attention(one(), one(), one(), { causal: true }));
      await expectClose(y, { shape: [1, 1, 3, 4], data: Array<number>(12).fill(1) });
      y.dispose();
      const large = () => tf.tidy(() => tf.fill([BYTES / 4 + 1], 1));
      expect(large).toThrow(`expected a tensor of at most ${BYTES} bytes on this adapter`);
    });
  },
  ["webgpu"],
);
