import { checkGradients, describeBackends, expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { dropout } from "./dropout.ts";
import { Embedding } from "./embedding.ts";
import { normal } from "./initializers.ts";
import { LayerNorm } from "./layerNorm.ts";
import { Linear } from "./linear.ts";
import { Params } from "./params.ts";
import { RandomStream } from "./randomStream.ts";
import { RMSNorm } from "./rmsNorm.ts";

/** Parameters of which none is 0 or 1: norms and biases too are tested. */
function randomized(): Params {
  let seed = 7;
  return Params.from((_name, shape) => tf.randomNormal(shape, 0, 0.5, "float32", seed++));
}

describeBackends("modules of nn", () => {
  test("Linear is x W^T + b", async () => {
    const params = Params.from((name) =>
      name === "bias"
        ? tf.tensor([10, 20])
        : tf.tensor([
            [1, 2, 3],
            [4, 5, 6],
          ]),
    );
    const linear = new Linear(params, 3, 2);
    const x = tf.tensor([[[1, 0, -1]], [[2, 1, 0]]]);
    const y = linear.forward(x);
    await expectClose(y, { shape: [2, 1, 2], data: [8, 18, 14, 33] });
    tf.dispose([x, y]);
    params.dispose();
  });

  test.each(["relu", "gelu", "geluTanh", "silu", "quickGelu"] as const)(
    "gradients of Linear with %s",
    async (activation) => {
      const params = randomized();
      const linear = new Linear(params, 5, 3);
      const x = tf.randomNormal([2, 7, 5], 0, 1, "float32", 3);
      // relu has a kink: keep its inputs away from it by a step that cannot cross
      const step = activation === "relu" ? 2 ** -10 : 2 ** -5;
      await checkGradients((input) => linear.forward(input, activation), [x], {
        variables: params.named(),
        step,
        ...(activation === "relu" && { atol: 2e-2, rtol: 2e-2 }),
      });
      x.dispose();
      params.dispose();
    },
  );

  test("gradients of LayerNorm", async () => {
    const params = randomized();
    const norm = new LayerNorm(params, 7, { eps: 1e-5 });
    const x = tf.randomNormal([3, 5, 7], 0, 1, "float32", 4);
    await checkGradients((input) => norm.forward(input), [x], { variables: params.named() });
    x.dispose();
    params.dispose();
  });

  test("RMSNorm divides by the root of the mean square, eps under the root, and has gradients", async () => {
    const params = randomized();
    const norm = new RMSNorm(params, 3, { eps: 1e-6 });
    const x = tf.randomNormal([2, 4, 3], 0, 1, "float32", 4);
    await checkGradients((input) => norm.forward(input), [x], { variables: params.named() });
    const tiny = tf.tensor([[0.001, -0.001, 0.001]]);
    const [y, expected] = tf.tidy(() => [norm.forward(tiny), tf.mul([[1, -1, 1]], tf.mul(norm.weight, Math.SQRT1_2))]);
    await expectClose(y as tf.Tensor, expected as tf.Tensor);
    expect(() => tf.tidy(() => norm.forward(tf.tensor2d([[1, 2]])))).toThrow("RMSNorm: expected x [..., 3], got [1,2]");
    tf.dispose([x, tiny, y, expected] as tf.Tensor[]);
    params.dispose();
  });

  test("RMSNorm with a unit offset multiplies by 1 + weight, and starts from 0", async () => {
    const start = Params.initialized();
    const fresh = new RMSNorm(start, 3, { eps: 1e-6, unitOffset: true });
    await expectClose(fresh.weight, [0, 0, 0]);
    start.dispose();
    const params = Params.from(() => tf.tensor1d([0.5, -1, 2]));
    const norm = new RMSNorm(params, 3, { eps: 2, unitOffset: true });
    const x = tf.tensor2d([[1, 2, -4]]); // mean square 7, so that 3 = sqrt(7 + 2) divides
    const y = norm.forward(x);
    await expectClose(y, { shape: [1, 3], data: [0.5, 0, -4] });
    await checkGradients((input) => norm.forward(input), [x], { variables: params.named() });
    tf.dispose([x, y]);
    params.dispose();
  });

  test("LayerNorm's eps stands under the root", async () => {
    const params = Params.initialized();
    const norm = new LayerNorm(params, 2, { eps: 1e-6 });
    const x = tf.tensor([[0.001, -0.001]]); // a variance of 1e-6
    const y = norm.forward(x);
    await expectClose(y, { shape: [1, 2], data: [Math.SQRT1_2, -Math.SQRT1_2] });
    tf.dispose([x, y]);
    params.dispose();
  });

  test("gradients of Embedding, ids that come again included", async () => {
    const params = randomized();
    const embedding = new Embedding(params, 11, 3, normal(1));
    const ids = tf.tensor2d(
      [
        [2, 2, 10],
        [0, 2, 7],
      ],
      undefined,
      "int32",
    );
    await checkGradients(() => embedding.forward(ids), [], { variables: params.named() });
    ids.dispose();
    params.dispose();
  });

  test("dropout keeps the mean, draws anew each time, and is off without a stream", async () => {
    const x = tf.ones([100, 100]);
    const random = new RandomStream(5);
    const [off, first, second] = [dropout(x, 0.25, undefined), dropout(x, 0.25, random), dropout(x, 0.25, random)];
    await expectClose(off, x);
    const average = tf.mean(first);
    const [mean] = await average.data();
    // 10,000 draws: a standard deviation of the mean of 0.006
    expect(Math.abs((mean ?? NaN) - 1)).toBeLessThan(0.03);
    expect(await first.data()).not.toEqual(await second.data());
    tf.dispose([x, off, first, second, average]);
  });
});
