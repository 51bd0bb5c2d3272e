import * as tf from "@tensorflow/tfjs-core";

type Numbers = ArrayLike<number>;
type Nested = readonly (number | boolean | Nested)[];

/** An array as tests write it: a tensor, `{ shape, data }`, a typed array, or nested lists of numbers. */
export type Values =
  | tf.Tensor
  | { readonly shape: readonly number[]; readonly data: Numbers }
  | Float32Array
  | Int32Array
  | Uint8Array
  | Nested
  | number;

/** The shape and the numbers of `values`. */
export async function arrayOf(values: Values): Promise<{ shape: readonly number[]; data: Numbers }> {
  if (values instanceof tf.Tensor) return { shape: values.shape, data: (await values.data()) as Numbers };
  if (typeof values === "number") return { shape: [], data: [values] };
  if (ArrayBuffer.isView(values)) return { shape: [values.length], data: values };
  if ("data" in values) return values;
  return { shape: shapeOf(values), data: numbersOf(values) };
}

function shapeOf(values: Nested): number[] {
  const [first] = values;
  return Array.isArray(first) ? [values.length, ...shapeOf(first as Nested)] : [values.length];
}

function numbersOf(values: Nested): number[] {
  return values.flatMap((value) => (Array.isArray(value) ? numbersOf(value as Nested) : Number(value)));
}
