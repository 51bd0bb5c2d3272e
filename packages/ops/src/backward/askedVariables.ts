import type * as tf from "@tensorflow/tfjs-core";
import { checkArray } from "../checks/argumentChecks.ts";
import { describeArgument } from "../checks/describeArgument.ts";

let asked: ReadonlySet<tf.Tensor> | undefined;

/** Runs the forward pass of a loss whose gradients are asked for with respect to these variables alone. */
export function askingFor<T>(variables: readonly tf.Variable[], forward: () => T): T {
  checkArray("askingFor", "variables", variables);
  if (typeof forward !== "function") {
    throw new RangeError(`askingFor: expected forward to be a function, got ${describeArgument(forward)}`);
  }
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
