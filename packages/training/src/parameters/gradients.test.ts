// Gradients from a tape that is released on the way are those of tf.variableGrads, to the bit, and take less memory.
import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { lossAndGradients } from "./gradients.ts";

beforeAll(() => initBackend("cpu"));

/** A variable that owns its start. */
const variable = (start: () => tf.Tensor) => tf.tidy(() => tf.variable(start()));

/** A function with a gradient of its own: `gradient(dy, x)` with respect to both of two inputs. */
const both = (gradient: (dy: tf.Tensor, saved: tf.Tensor) => tf.Tensor) =>
  tf.customGrad((...args) => {
    const [a, b, save] = args as unknown as [tf.Tensor, tf.Tensor, (tensors: tf.Tensor[]) => void];
    save([a]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const one = gradient(dy, saved[0] as tf.Tensor);
      return [one, one];
    };
    return { value: tf.add(a, b), gradFunc };
  });

test.each<[string, (w: tf.Tensor, b: tf.Tensor, outside: tf.Tensor) => tf.Tensor]>([
  ["a residual stream", (w, b) => tf.add(tf.add(w, b), tf.tanh(tf.add(w, tf.matMul(w, w as tf.Tensor2D))))],
  ["shapes alone", (w, b) => tf.mul(tf.reshape(tf.transpose(tf.reshape(w, [2, 8])), [4, 4]), tf.expandDims(b, 0))],
  ["several outputs", (w, b) => tf.addN([...tf.split(tf.square(w), 2), ...tf.split(tf.mul(w, b), 2)])],
  ["an output that nothing needs", (w, b) => tf.mul(tf.split(tf.square(w), 2)[0] as tf.Tensor, b)],
  ["the output's own gradient", (w, b) => both((dy) => dy)(tf.square(w), tf.mul(w, b))],
  ["what was saved", (w, b) => both((_, saved) => saved)(tf.square(w), tf.mul(w, b))],
  ["a tensor of the caller's", (w, b, outside) => both(() => outside)(tf.square(w), tf.mul(w, b))],
])("%s", async (_, f) => {
  const w = variable(() => tf.randomUniform([4, 4], -1, 1, "float32", 1));
  const b = variable(() => tf.ones([4]));
  const outside = tf.fill([4, 4], 0.5);
  const loss = () => tf.mean(f(w, b, outside)) as tf.Scalar;
  const expected = tf.variableGrads(loss, [w, b]);
  const { loss: value, gradients } = lossAndGradients(
    new Map([
      [w.name, w],
      [b.name, b],
    ]),
    loss,
  );
  expect(await value.data()).toEqual(await expected.value.data());
  for (const [name, gradient] of gradients) {
    expect(await gradient.data(), name).toEqual(await expected.grads[name]?.data());
  }
  expect(Object.keys(expected.grads)).toEqual([...gradients.keys()]);
  expect(await outside.data()).toEqual(new Float32Array(16).fill(0.5));
  tf.dispose([w, b, outside, value, expected.value, expected.grads, ...gradients.values()]);
});

test("one tensor as the gradient of two inputs", async () => {
  const w = variable(() => tf.tensor1d([1, 2]));
  const { loss, gradients } = lossAndGradients(
    new Map([["w", w]]),
    () => tf.sum(both((dy) => tf.mul(dy, 3))(tf.square(w), tf.tanh(tf.mul(w, 0)))) as tf.Scalar,
  );
  expect([...((await gradients.get("w")?.data()) ?? [])]).toEqual([6, 12]);
  tf.dispose([w, loss, ...gradients.values()]);
});

test("a pass has let go of all that it is past", () => {
  const w = variable(() => tf.ones([64, 64]));
  let bytes = 0; // when the walk back comes to the beginning
  const beginning = tf.customGrad((x) => {
    const gradFunc = (dy: tf.Tensor) => {
      bytes = tf.memory().numBytes;
      return tf.clone(dy);
    };
    return { value: tf.clone(x as tf.Tensor), gradFunc };
  });
  const loss = () => {
    let x = tf.mul(beginning(w), 0.5);
    for (let i = 0; i < 50; i++) x = tf.add(x, tf.tanh(x));
    return tf.mean(x) as tf.Scalar;
  };
  const all = tf.variableGrads(loss, [w]);
  const before = bytes;
  const { loss: value, gradients } = lossAndGradients(new Map([["w", w]]), loss);
  expect(bytes).toBeLessThan(before / 10);
  tf.dispose([w, value, all.value, all.grads, ...gradients.values()]);
});

test("a gradient of a gradient", async () => {
  const w = variable(() => tf.tensor1d([1, 2]));
  const x = tf.tensor1d([5, 7]);
  const slope = tf.grad((x) => {
    const { gradients } = lossAndGradients(
      new Map([["w", w]]),
      () => tf.sum(tf.mul(x, tf.pow(w, tf.scalar(3)))) as tf.Scalar,
    );
    return tf.sum(gradients.get("w") as tf.Tensor);
  })(x);
  expect([...(await slope.data())]).toEqual([3, 12]);
  tf.dispose([w, x, slope]);
});
