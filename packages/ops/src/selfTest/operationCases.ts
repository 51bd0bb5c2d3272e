import * as tf from "@tensorflow/tfjs-core";
import { activate } from "../activate.ts";
import { attention } from "../attention/attention.ts";
import { attendsToRows, attentionOfRows } from "../attention/attentionOfRows.ts";
import type { FusedActivation } from "../composedActivations.ts";
import { embedding } from "../embedding.ts";
import { FUSED_KERNELS } from "../fusedKernel.ts";
import { layerNorm } from "../layerNorm.ts";
import { linear } from "../linear.ts";
import { softmax } from "../softmax.ts";
import type { WeightFormat } from "../weights/weight.ts";
import { FLOAT32, type KernelCase, type KnownResult, ROUNDED } from "./kernelCase.ts";
import { plainActivation, plainAttention, plainNorm, plainSoftmax } from "./plainLayer.ts";
import { plainProduct } from "./plainProduct.ts";
import { testNumbers } from "./testNumbers.ts";
import { formatName, type TestWeight, testWeight } from "./testWeight.ts";

/** Rows of products: kernels have ways of their own for one, for a few, and from 9 on. */
const ROWS = [1, 3, 9];

/** [O, I]: whole strips of four rows and whole vectors, and what is left over. */
const [OUTPUTS, WIDTH] = [22, 37];

/** Operations on float32, which every program uses, but for attention, whose shaders take long to compile. */
export function floatCases(): readonly KernelCase[] {
  return [
    ...linearCases("f32"),
    ...(["relu", "gelu", "geluTanh", "silu", "quickGelu"] as const).map(activationCase),
    layerNormCase(),
    softmaxCase(),
  ];
}

/** Attention, of one query and of more. */
export function attentionCases(): readonly KernelCase[] {
  const cases = [attentionCase(1, false), attentionCase(9, true)];
  return attendsToRows() ? [...cases, attentionCase(9, true, true)] : cases;
}

/** Operations on a packed weight. */
export function packedCases(format: Exclude<WeightFormat, "f32">): readonly KernelCase[] {
  return [...linearCases(format), embeddingCase(format)];
}

/** Products of one weight, which is made when the first of them is tested. */
function linearCases(format: WeightFormat): readonly KernelCase[] {
  const width = typeof format === "string" ? WIDTH : 96; // three blocks
  const most = Math.max(...ROWS);
  let [weight, products]: [TestWeight?, Float64Array?] = [];
  return ROWS.map((rows) => ({
    name: `a product of ${rows} with ${formatName(format)}`,
    kernels: [format === "f32" ? FUSED_KERNELS.linear : FUSED_KERNELS.packedLinear],
    tolerance: format === "f32" ? FLOAT32 : ROUNDED,
    hasFallback: format === "f32",
    make: () => {
      const [x, bias] = [testNumbers(most * width, 3), testNumbers(OUTPUTS, 4)];
      const made = (weight ??= testWeight(format, [OUTPUTS, width], 5));
      return {
        run: () => linear(tf.tensor2d(x.slice(0, rows * width), [rows, width]), made.store(), tf.tensor1d(bias)),
        expected: () => (products ??= plainProduct(x, made.numbers, width, bias)).subarray(0, rows * OUTPUTS),
      };
    },
  }));
}

function embeddingCase(format: Exclude<WeightFormat, "f32">): KernelCase {
  const [rows, width, ids] = [9, typeof format === "string" ? WIDTH : 64, [7, 0, 8, 2]];
  return {
    name: `rows of ${formatName(format)}`,
    kernels: [FUSED_KERNELS.unpackRows, FUSED_KERNELS.packedLinear], // neither is of use alone
    tolerance: FLOAT32,
    hasFallback: false,
    make: () => {
      const weight = testWeight(format, [rows, width], 6);
      return {
        run: () => embedding(weight.store(), tf.tensor1d(ids, "int32")),
        expected: () =>
          ids.flatMap((id) => Array.from({ length: width }, (_, i) => weight.numbers[id * width + i] as number)),
      };
    },
  };
}

function activationCase(activation: FusedActivation): KernelCase {
  return {
    name: activation,
    kernels: [FUSED_KERNELS.activate],
    tolerance: FLOAT32,
    hasFallback: true,
    make: () => {
      const x = testNumbers(WIDTH, 7).map((value) => 4 * value);
      return { run: () => activate(tf.tensor1d(x), activation), expected: () => plainActivation(x, activation) };
    },
  };
}

function layerNormCase(): KernelCase {
  return {
    name: "layer normalization",
    kernels: [FUSED_KERNELS.layerNorm],
    tolerance: FLOAT32,
    hasFallback: true,
    make: () => {
      const [x, weight, bias] = [testNumbers(3 * WIDTH, 8), testNumbers(WIDTH, 9), testNumbers(WIDTH, 10)];
      return {
        run: () => layerNorm(tf.tensor2d(x, [3, WIDTH]), tf.tensor1d(weight), tf.tensor1d(bias), 1e-5),
        expected: () => plainNorm(x, weight, bias, 1e-5),
      };
    },
  };
}

function softmaxCase(): KernelCase {
  return {
    name: "softmax",
    kernels: [FUSED_KERNELS.softmax],
    tolerance: FLOAT32,
    hasFallback: true,
    make: () => {
      const x = testNumbers(3 * WIDTH, 11).map((value) => 4 * value);
      return { run: () => softmax(tf.tensor2d(x, [3, WIDTH])), expected: () => plainSoftmax(x, WIDTH) };
    },
  };
}

/** Attention of two heads to 11 keys: causal, or with a mask. */
function attentionCase(queries: number, isCausal: boolean, isRows = false): KernelCase {
  return {
    name: `attention of ${queries}${isRows ? " in rows" : ""}`,
    kernels: [FUSED_KERNELS.attention],
    tolerance: ROUNDED,
    hasFallback: true,
    make: () => knownAttention(queries, isCausal, isRows),
  };
}

function knownAttention(queries: number, isCausal: boolean, isRows: boolean): KnownResult {
  const [heads, keys, width] = [2, 11, 16];
  const numbers = (length: number, seed: number) => testNumbers(length * heads * width, seed);
  const [q, k, v] = [numbers(queries, 12), numbers(keys, 13), numbers(keys, 14)];
  const seen = Uint8Array.from({ length: keys }, (_, key) => (key % 4 === 1 ? 0 : 1));
  const rows = (x: Float32Array) => tf.tensor4d(x, [1, x.length / (heads * width), heads, width]);
  const split = (x: Float32Array) => tf.transpose(rows(x), [0, 2, 1, 3]);
  return {
    run: () => {
      const options = isCausal ? { causal: true } : { mask: tf.tensor(seen, [1, 1, 1, keys], "bool") };
      if (isRows) return attentionOfRows(rows(q), rows(k), rows(v), options);
      return tf.transpose(attention(split(q), split(k), split(v), options), [0, 2, 1, 3]);
    },
    expected: () => {
      const sees = (query: number, key: number) => (isCausal ? key <= query + keys - queries : seen[key] === 1);
      return plainAttention({ q, k, v, heads, groups: heads, width, sees });
    },
  };
}
