import { initBackend } from "@qkv/backend";
import { type Gpu } from "@qkv/ops";
import { checkGradients, describeBackends } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test } from "vitest";

const software = process.env["VK_ICD_FILENAMES"]?.includes("swiftshader") === true;

describeBackends(
  "initBackend in Node",
  () => {
    afterEach(async () => void (await initBackend("webgpu")));

    test("webgpu starts in Node when it is the one name asked for", async () => {
      expect(await initBackend("webgpu")).toEqual({ name: "webgpu", refused: [] });
      expect(tf.getBackend()).toBe("webgpu");
    });

    test.runIf(software)("software is refused, with its name, unless asked for", async () => {
      const reason = expect.stringMatching(/^the adapter is software \(SwiftShader/) as string;
      expect(await initBackend()).toMatchObject({ name: "wasm", refused: [{ name: "webgpu", reason }] });
      expect(await initBackend(["webgpu", "cpu"])).toEqual({ name: "cpu", refused: [{ name: "webgpu", reason }] });
      expect((await initBackend(undefined, { allowSoftwareAdapter: true })).name).toBe("webgpu");
    });

    test("two calls at once make one device", async () => {
      tf.removeBackend("webgpu");
      const [first] = await Promise.all([initBackend("webgpu").then(() => tf.backend()), initBackend("webgpu")]);
      expect(tf.backend()).toBe(first);
    });

    test("a backend that tfjs started itself is left alone", async () => {
      tf.removeBackend("webgpu");
      const own = new tf.KernelBackend();
      own.dispose = () => undefined;
      tf.registerBackend("webgpu", () => own);
      await tf.setBackend("webgpu");
      const reason = expect.stringMatching("got one that tfjs started itself") as string;
      const report = await initBackend(["webgpu", "cpu"], { allowSoftwareAdapter: true });
      expect(report).toEqual({ name: "cpu", refused: [{ name: "webgpu", reason }] });
      expect(tf.findBackend("webgpu")).toBe(own);
      tf.removeBackend("webgpu");
    });

    test("a gpu that is handed in becomes navigator.gpu", async () => {
      const { gpu: own } = navigator as unknown as { readonly gpu: Gpu };
      const gpu: Gpu = { requestAdapter: (options) => own.requestAdapter(options) };
      expect(await initBackend("webgpu", { gpu })).toEqual({ name: "webgpu", refused: [] });
      expect((navigator as unknown as { readonly gpu: Gpu }).gpu).toBe(gpu);
    });

    test("a wrong gradient is found when all elements move at once", async () => {
      const x = tf.randomNormal([3, 5], 0, 1, "float32", 1);
      const square = (factor: number) =>
        tf.customGrad((a) => ({
          value: tf.square(a as tf.Tensor),
          gradFunc: (dy) => tf.mul(tf.mul(dy as tf.Tensor, a as tf.Tensor), 2 * factor),
        }));
      await checkGradients((a) => square(1)(a), [x]);
      await expect(checkGradients((a) => square(1.02)(a), [x])).rejects.toThrow(
        "gradient of input 0 along +--: expected",
      );
      x.dispose();
    });
  },
  ["webgpu"],
);
