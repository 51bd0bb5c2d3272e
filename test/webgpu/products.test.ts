import { initBackend } from "@qkv/backend";
import { activate, type FusedActivation, linear } from "@qkv/ops";
import { describeBackends, expectClose, expectNoLeaks, expectSameAsCpu, type Operation, wave } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test } from "vitest";

interface WithDevice {
  readonly device: { readonly features: ReadonlySet<string> };
}

// Products in float32: packages/ops/test has small ones, here are all tiles, and what is no whole number of vectors.
describeBackends(
  "products",
  () => {
    afterEach(async () => void (await initBackend("webgpu")));

    test.each([
      ["a vector", 1, 37, 9, true, "relu"],
      ["a few rows", 7, 64, 12, true, undefined],
      ["tiles of 32, nothing whole", 45, 39, 70, true, "relu"],
      ["tiles of 32, all whole", 64, 64, 32, false, undefined],
      ["tiles of 64, nothing whole", 641, 7, 835, true, undefined],
      ["tiles of 64, all whole", 704, 8, 768, false, "relu"],
    ] as const)("%s: values and gradients are cpu's", async (_, rows, width, outputs, hasBias, activation) => {
      const shapes = [[rows, width], [outputs, width], ...(hasBias ? [[outputs]] : [])];
      const inputs = shapes.map((shape, phase) => ({ shape, phase }));
      const operation = (x: tf.Tensor, w: tf.Tensor, b?: tf.Tensor) => linear(x, w, b, activation);
      await expectSameAsCpu(inputs, operation as Operation, { tolerance: 3e-4 });
    });

    test("the gradient of a large weight, nothing of it whole, goes through tiles of 64", async () => {
      const inputs = [
        [9, 835],
        [641, 835],
      ].map((shape, phase) => ({ shape, phase }));
      await expectSameAsCpu(inputs, (x, w) => linear(x, w), { tolerance: 3e-4 });
    });

    test.each([
      ["gelu", 3],
      ["geluTanh", 33],
      ["silu", 33],
      ["relu", 3],
    ] as const)("%s is part of the product of %i rows", (activation: FusedActivation, rows: number) =>
      expectNoLeaks(async () => {
        const [x, w, b] = [wave([rows, 20]), wave([12, 20], 1), wave([12], 2)];
        let [inside, outside] = [x, x] as tf.Tensor[];
        const { kernels } = await tf.profile(() => void (inside = linear(x, w, b, activation)));
        expect(kernels.map(({ name }) => name)).toEqual(["QkvLinear"]);
        outside = tf.tidy(() => activate(linear(x, w, b), activation));
        await expectClose(inside as tf.Tensor, outside as tf.Tensor, { atol: 1e-6, rtol: 1e-6 });
        tf.dispose([x, w, b, inside, outside]);
      }),
    );

    test("float16 keeps three digits of products, and changes nothing where the device has none", () =>
      expectNoLeaks(async () => {
        const { device } = tf.backend() as unknown as WithDevice;
        const [x, w] = [wave([45, 39]), wave([70, 39], 1)];
        const full = linear(x, w);
        await initBackend("webgpu", { float16: true });
        const half = linear(x, w);
        const isSame = !device.features.has("shader-f16");
        await expectClose(half, full, isSame ? { atol: 0, rtol: 0 } : { atol: 2e-2, rtol: 4e-3 });
        tf.dispose([x, w, full, half]);
      }));
  },
  ["webgpu"],
);
