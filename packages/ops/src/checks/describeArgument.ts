import type * as tf from "@tensorflow/tfjs-core";

/** Whether a value is a tensor, of any copy of TensorFlow.js. */
export function isTensor(value: unknown): value is tf.Tensor {
  return typeof value === "object" && value !== null && "dataId" in value && "rank" in value;
}

/** Describes the value of an argument briefly, for an error message. */
export function describeArgument(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "string") return "a string";
  if (typeof value !== "object") return `${typeof value} ${String(value)}`;
  if ("then" in value) return "a promise: await it";
  if (isTensor(value)) return value.isDisposed ? "a tensor that was disposed" : `${value.dtype} [${value.shape}]`;
  if (Array.isArray(value)) return "an array";
  const name = value.constructor?.name ?? "Object";
  return name === "Object" ? "an object" : `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}
