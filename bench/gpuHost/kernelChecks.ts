import { initBackend } from "@qkv/backend";
import {
  activate,
  attention,
  crossEntropy,
  dropout,
  type KernelFault,
  layerNorm,
  linear,
  softmax,
  testKernels,
  type WeightFormat,
  wrongNumber,
} from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { startWebgpu } from "./startWebgpu.ts";

/** What came out of comparing WebGPU with cpu. */
export interface KernelChecks {
  /** Number of known results, and of operations and gradients that were compared. */
  readonly checked: number;
  /** Sentences that say what is wrong. */
  readonly wrong: readonly string[];
}

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;

/** An operation, with the shapes of its inputs. */
type Check = readonly [name: string, shapes: readonly (readonly number[])[], operation: Operation];

const TOLERANCE = 5e-3;

/** Operations at sizes beyond one tile, each with its gradients. */
function checksOf(isShort: boolean): readonly Check[] {
  const n = isShort ? 40 : 200;
  const heads = [1, 2, n, 64];
  return [
    ["linear", [[n, 96], [130, 96], [130]], (x, w, b) => linear(x, w, b)],
    ["layerNorm", [[n, 131], [131], [131]], (x, w, b) => layerNorm(x, w, b, 1e-5)],
    ["softmax", [[n, 131]], (x) => softmax(x)],
    ["gelu", [[n, 33]], (x) => activate(x, "gelu")],
    ["silu", [[n, 33]], (x) => activate(x, "silu")],
    ["attention", [heads, heads, heads], (q, k, v) => attention(q, k, v)],
    ["attention, causal", [heads, heads, heads], (q, k, v) => attention(q, k, v, { causal: true })],
    ["attention of one query", [[1, 2, 1, 64], heads, heads], (q, k, v) => attention(q, k, v)],
    ["dropout", [[n, 33]], (x) => dropout(x, 0.25, 7)],
    [
      "crossEntropy",
      [[n, 131]],
      (x) =>
        crossEntropy(
          x,
          tf.tensor1d(
            Array.from({ length: n }, (_, i) => i % 131),
            "int32",
          ),
        ),
    ],
  ];
}

const FORMATS: readonly WeightFormat[] = [
  ...(["f32", "f16", "bf16"] as const),
  ...([8, 4] as const).flatMap((bits) =>
    ([32, 16] as const).flatMap((groupSize) =>
      [true, false].map((hasOffsets) => ({ bits, groupSize, zero: hasOffsets || bits === 8 ? 0 : 8, hasOffsets })),
    ),
  ),
];

/** Compares every kernel of WebGPU with plain JavaScript, and operations with their gradients with cpu. */
export async function checkKernels(isShort: boolean): Promise<KernelChecks> {
  await startWebgpu();
  const wrong: string[] = [];
  const floats = await testKernels();
  const { tests, faults } = await testKernels(isShort ? FORMATS.slice(0, 3) : FORMATS);
  const all: readonly KernelFault[] = [...new Set([...floats.faults, ...faults])];
  wrong.push(...all.map(({ message }) => message));
  const checks = checksOf(isShort);
  await initBackend("cpu");
  const expected: (readonly Float32Array[])[] = [];
  for (const [, shapes, operation] of checks) expected.push(await valuesOf(shapes, operation));
  await startWebgpu();
  let compared = 0;
  for (const [i, [name, shapes, operation]] of checks.entries()) {
    const got = await valuesOf(shapes, operation);
    for (const [j, values] of (expected[i] ?? []).entries()) {
      compared++;
      const fault = wrongNumber(got[j] ?? [], values, TOLERANCE);
      const what = j === 0 ? name : `${name}, gradient ${j}`;
      if (fault !== undefined) wrong.push(`${what}: expected ${fault.expected} at ${fault.at}, got ${fault.got}`);
    }
  }
  return { checked: tests + compared, wrong };
}

/** The result of an operation and the gradients of its weighted sum. */
async function valuesOf(shapes: readonly (readonly number[])[], operation: Operation): Promise<Float32Array[]> {
  const inputs = shapes.map((shape, i) => numbers(shape, i));
  const y = operation(...inputs);
  const weights = numbers(y.shape, 9);
  const gradients = tf.grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(operation(...xs), weights)))(inputs);
  const results: Float32Array[] = [];
  for (const tensor of [y, ...gradients]) results.push((await tensor.data()) as Float32Array);
  tf.dispose([inputs, y, weights, gradients]);
  return results;
}

function numbers(shape: readonly number[], phase: number): tf.Tensor {
  const values = Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, (_, i) =>
    Math.sin(i * 12.9898 + phase),
  );
  return tf.tensor(values, [...shape]);
}
