import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import { expectClose } from "./expectClose.ts";

/** A test tensor by its shape; `phase` distinguishes those of one shape. */
export interface Wave {
  readonly shape: readonly number[];
  readonly phase?: number;
}

/** A tensor of different numbers between -1.3 and 1.3. */
export function wave(shape: readonly number[], phase = 0): tf.Tensor {
  const values = Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, (_, i) => {
    return Math.sin(2.3 * i + phase) * 1.3;
  });
  return tf.tensor(values, [...shape]);
}

/** An operation on tensors. */
export type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;

/** Options of `expectSameAsCpu`. */
export interface SameAsCpuOptions {
  /** `|a - b| <= tolerance (1 + |b|)`; default: 1e-5. */
  readonly tolerance?: number;
  /** The operation on cpu, if it is a different one. */
  readonly reference?: Operation;
}

/**
 * Fails unless the current backend agrees with cpu: in the value of `f` and the gradient of each input, NaN where cpu
 * gives NaN. The gradients are of the sum of the elements of `f`, each times another number.
 */
export async function expectSameAsCpu(
  inputs: readonly Wave[],
  f: Operation,
  { tolerance = 1e-5, reference = f }: SameAsCpuOptions = {},
): Promise<void> {
  const current = tf.getBackend();
  const actual = await valueAndGradients(inputs, f);
  await initBackend("cpu");
  const expected = await valueAndGradients(inputs, reference).finally(() => tf.setBackend(current));
  for (const [i, values] of actual.entries()) {
    const wanted = expected[i] ?? [];
    const name = i === 0 ? "the value" : `the gradient of input ${i - 1}`;
    expect(values.map(Number.isNaN), `where ${name} is NaN`).toEqual(wanted.map(Number.isNaN));
    const numbers = (list: readonly number[]) => list.map((value) => (Number.isNaN(value) ? 0 : value));
    await expectClose(numbers(values), numbers(wanted), { atol: tolerance, rtol: tolerance });
  }
}

/** The value of `f` at `inputs`, and the gradient for each of them, on the current backend. */
export async function valueAndGradients(inputs: readonly Wave[], f: Operation): Promise<number[][]> {
  const weighted: Operation = (...xs) => {
    const y = f(...xs);
    return tf.sum(tf.mul(y, wave(y.shape, 0.7)));
  };
  const results = tf.tidy(() => {
    const xs = inputs.map(({ shape, phase }) => wave(shape, phase));
    return [f(...xs), ...tf.grads(weighted)(xs)];
  });
  const values = await Promise.all(results.map(async (result) => [...(await result.data())]));
  tf.dispose(results);
  return values;
}
