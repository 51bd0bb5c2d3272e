import type * as tf from "@tensorflow/tfjs-core";

let asked: ReadonlySet<tf.Tensor> | undefined;

/** Runs the forward pass of a loss whose gradients are asked for with respect to these variables alone. */
export function askingFor<T>(variables: Iterable<tf.Variable>, forward: () => T): T {
  const before = asked;
  asked = new Set(variables);
  try {
    return forward();
  } finally {
    asked = before;
  }
}

/** Whether the running forward pass wants the gradient of a variable. Where nothing says so, all trainable ones are wanted. */
export function isAskedFor(variable: tf.Variable): boolean {
  return asked?.has(variable) ?? variable.trainable;
}
