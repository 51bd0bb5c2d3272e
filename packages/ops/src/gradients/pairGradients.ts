import * as tf from "@tensorflow/tfjs-core";
import { sumTo } from "./sumTo.ts";

/** The gradient of one operand before its broadcast is undone. */
type Part = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Gradients of operations on two tensors that broadcast. */
export const pairGradients: tf.GradConfig[] = [
  pair(
    "Add",
    (dy) => dy,
    (dy) => dy,
  ),
  pair(
    "Sub",
    (dy) => dy,
    (dy) => tf.neg(dy),
  ),
  pair(
    "Multiply",
    (dy, _a, b) => tf.mul(dy, b),
    (dy, a) => tf.mul(dy, a),
  ),
  pair(
    "RealDiv",
    (dy, _a, b) => tf.div(dy, b),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  ),
  pair(
    "Maximum",
    (dy, a, b) => tf.mul(dy, tf.cast(tf.greaterEqual(a, b), "float32")),
    (dy, a, b) => tf.mul(dy, tf.cast(tf.less(a, b), "float32")),
  ),
  pair(
    "Minimum",
    (dy, a, b) => tf.mul(dy, tf.cast(tf.lessEqual(a, b), "float32")),
    (dy, a, b) => tf.mul(dy, tf.cast(tf.greater(a, b), "float32")),
  ),
  pair(
    "Pow",
    (dy, a, b) => tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))),
    (dy, a, b) => {
      const log = tf.where(tf.greater(a, 0), tf.log(a), tf.zerosLike(a));
      return tf.mul(dy, tf.mul(tf.pow(a, b), log));
    },
  ),
  pair(
    "SquaredDifference",
    (dy, a, b) => tf.mul(dy, tf.mul(tf.sub(a, b), 2)),
    (dy, a, b) => tf.mul(dy, tf.mul(tf.sub(b, a), 2)),
  ),
  {
    kernelName: "AddN",
    saveAllInputs: true,
    gradFunc: (dy, saved) =>
      Object.fromEntries(saved.map((_, index) => [index, () => tf.clone(dy as tf.Tensor)])) as Record<
        string,
        () => tf.Tensor
      >,
  },
  {
    kernelName: "Select",
    inputsToSave: ["condition"],
    gradFunc: (dys, [condition]) => {
      const dy = dys as tf.Tensor;
      const keep = condition as tf.Tensor;
      return {
        t: () => tf.where(keep, dy, tf.zerosLike(dy)),
        e: () => tf.where(keep, tf.zerosLike(dy), dy),
      };
    },
  },
];

function pair(kernelName: string, da: Part, db: Part): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ["a", "b"],
    gradFunc: (dys, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      const dy = dys as tf.Tensor;
      return {
        a: () => sumTo(da(dy, a, b), a.shape),
        b: () => sumTo(db(dy, a, b), b.shape),
      };
    },
  };
}
