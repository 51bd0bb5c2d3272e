// What is computed again in the backward pass has the gradients of what was held.
import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { askingFor } from "./askedVariables.ts";
import { recomputed } from "./recomputed.ts";

beforeAll(() => initBackend("cpu"));

const variable = (values: number[]) => tf.tidy(() => tf.variable(tf.tensor1d(values)));

test("gradients of inputs and of variables, the same to the bit", async () => {
  const [w, v] = [variable([0.3, -0.7, 1.1]), variable([2, 3, 4])];
  const x = tf.tensor1d([1, 2, 3]);
  const mask = tf.tensor1d([1, 0, 1], "bool");
  let runs = 0;
  const f = (given: { x: tf.Tensor; mask: tf.Tensor; absent?: tf.Tensor | undefined }) => {
    runs++;
    const y = tf.where(given.mask, tf.tanh(tf.mul(given.x, w)), tf.zerosLike(given.x));
    return tf.add(tf.mul(y, tf.exp(w)), tf.scalar(given.absent === undefined ? 1 : NaN));
  };
  const ofBoth = (way: typeof f) => {
    const loss = (x: tf.Tensor) => tf.sum(tf.mul(way({ x: tf.square(x), mask }), v)) as tf.Scalar;
    return [tf.grad(loss)(x), ...Object.values(tf.variableGrads(() => loss(x), [w, v]).grads)];
  };
  const held = tf.tidy(() => ofBoth(f));
  expect(runs).toBe(2);
  const again = tf.tidy(() => ofBoth((given) => recomputed({ ...given, absent: undefined }, f)));
  expect(runs).toBe(6);
  expect(again).toHaveLength(3);
  for (const [i, gradient] of again.entries()) expect(await gradient.data()).toEqual(await held[i]?.data());
  tf.dispose([w, v, x, mask, ...held, ...again]);
});

test("without gradients it is computed once", () => {
  let runs = 0;
  const y = recomputed({ x: tf.scalar(1) }, ({ x }) => {
    runs++;
    return x;
  });
  expect(runs).toBe(1);
  y.dispose();
});

test("it says which time it is", () => {
  const w = variable([1]);
  const said: boolean[] = [];
  const { value, grads } = tf.variableGrads(
    () =>
      tf.sum(
        recomputed({ x: tf.scalar(1) }, ({ x }, isAgain) => {
          said.push(isAgain);
          return tf.mul(x, w);
        }),
      ),
    [w],
  );
  expect(said).toEqual([false, true]);
  tf.dispose([w, value, grads]);
});

test("variables that are not asked for take no part on the way back", () => {
  const [w, other] = [variable([1]), variable([2])];
  const asked: string[] = [];
  /** The identity, which notes that its gradient was wanted. */
  const noted = (name: string) =>
    tf.customGrad((x) => ({
      value: tf.clone(x as tf.Tensor),
      gradFunc: (dy) => {
        asked.push(name);
        return tf.clone(dy as tf.Tensor);
      },
    }));
  const f = ({ x }: { x: tf.Tensor }) => tf.mul(tf.mul(x, noted("w")(w)), noted("other")(other));
  const loss = () => askingFor([w], () => tf.sum(recomputed({ x: tf.scalar(3) }, f)) as tf.Scalar);
  const { value, grads } = tf.variableGrads(loss, [w]);
  expect(asked).toEqual(["w"]);
  tf.dispose([w, other, value, grads]);
});

test.each([false, true])("an error leaves nothing behind, on the way back: %s", (onTheWayBack) => {
  const w = variable([1]);
  const loss = () =>
    tf.sum(
      recomputed({ x: tf.scalar(1) }, ({ x }, isAgain) => {
        const y = tf.mul(x, tf.square(w));
        if (isAgain === onTheWayBack) throw new Error("no");
        return y;
      }),
    ) as tf.Scalar;
  const tape = tf.engine().state;
  expect(() => tf.tidy(() => tf.variableGrads(loss, [w]))).toThrow("no");
  for (const { saved = [] } of tape.activeTape ?? []) tf.dispose(saved); // lossAndGradients does
  tape.activeTape = [];
  w.dispose();
});
