import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../heap.ts";
import type { Program } from "../program.ts";
import { replaceKernel, replaceKernelWhere } from "../replaceKernel.ts";

/** Registers BatchMatMul for every transposition, broadcast and empty edge, and a _FusedMatMul that uses it. */
export function registerMatMul(heap: Heap): void {
  replaceKernelWhere(
    "BatchMatMul",
    ({ inputs }) => inputs["a"]?.dtype === "float32" && inputs["b"]?.dtype === "float32",
    ({ inputs, attrs }) => {
      const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      const { transposeA, transposeB } = attrs as tf.BatchMatMulAttrs;
      return matMul(heap, a, b, transposeA, transposeB);
    },
  );
  replaceKernelWhere(
    "_FusedMatMul",
    ({ inputs, attrs }) => {
      const { activation } = attrs as tf._FusedMatMulAttrs;
      return (
        inputs["a"]?.dtype === "float32" &&
        inputs["preluActivationWeights"] == null &&
        (activation === "linear" || activation === "relu") &&
        (inputs["bias"]?.shape.length ?? 1) === 1
      );
    },
    ({ inputs, attrs }) => {
      const { a, b, bias } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo; bias?: tf.TensorInfo };
      const { transposeA, transposeB, activation } = attrs as tf._FusedMatMulAttrs;
      return matMul(heap, a, b, transposeA, transposeB, bias, activation === "relu");
    },
  );
  replaceKernel("QkvLinear", ({ inputs, attrs }) => {
    const { x, weight, bias } = inputs as { x: tf.TensorInfo; weight: tf.TensorInfo; bias?: tf.TensorInfo };
    const { activation } = attrs as { activation?: "relu" };
    const leading = x.shape.slice(0, -1);
    const rows = { ...x, shape: [tf.util.sizeFromShape(leading), x.shape.at(-1) ?? 0] };
    const y = matMul(heap, rows, weight, false, true, bias, activation === "relu");
    return { ...y, shape: [...leading, weight.shape[0] ?? 0] };
  });
}

function matMul(
  heap: Heap,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
  bias?: tf.TensorInfo,
  relu = false,
): tf.TensorInfo {
  const [aRows = 0, aColumns = 0] = a.shape.slice(-2);
  const [bRows = 0, bColumns = 0] = b.shape.slice(-2);
  const [M, K, N] = [transposeA ? aColumns : aRows, transposeA ? aRows : aColumns, transposeB ? bRows : bColumns];
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  const out = heap.output([...batch, M, N]);
  const size = tf.util.sizeFromShape(out.shape);
  if (size === 0) return out;
  if (K === 0) {
    heap.fillRows(out, N, bias, relu);
    return out;
  }
  const [ras, cas] = transposeA ? [1, aColumns] : [aColumns, 1]; // strides of a row and a column of op(a)
  const [rbs, cbs] = transposeB ? [1, bColumns] : [bColumns, 1];
  const [pa, pb, pc] = [heap.at(a), heap.at(b), heap.at(out)];
  const tail = [ras, cas, rbs, cbs, bias === undefined ? 0 : heap.at(bias), relu ? RELU : 0];
  const count = size / (M * N);
  const [countA, countB] = [tf.util.sizeFromShape(batchA), tf.util.sizeFromShape(batchB)];
  const run = (x: number, y: number, z: number, products: number, rows: number, stepA: number, stepB: number) => {
    const total = products * rows * N * K * NS_PER_PRODUCT;
    const wanted =
      heap.pool === undefined ? 1 : Math.min(total / heap.minTaskNanoseconds, BLOCKS_A_THREAD * heap.pool.size);
    const { units, cost, blockRows, blockColumns } = blocksOf(wanted, total, products, rows, N);
    const args = [x, y, z, stepA, stepB, rows, N, K, ...tail, blockRows, blockColumns];
    heap.run(productsKernel(heap, rows, N, K, cas, rbs, cbs), args, {
      units,
      cost,
      scratch: heap.kernels.gemmScratch(),
    });
  };
  if (countB === 1 && !transposeA) {
    run(pa, pb, pc, 1, M * count, 0, 0); // where b is shared, the batch is just more rows of a
  } else if ((countA === count || countA === 1) && (countB === count || countB === 1)) {
    run(pa, pb, pc, count, M, countA === 1 ? 0 : M * K, countB === 1 ? 0 : K * N);
  } else {
    const placesA = broadcastPlaces(batchA, batch);
    const placesB = broadcastPlaces(batchB, batch);
    for (let i = 0; i < count; i++) {
      run(pa + (placesA[i] ?? 0) * M * K * 4, pb + (placesB[i] ?? 0) * K * N * 4, pc + i * M * N * 4, 1, M, 0, 0);
    }
  }
  return out;
}

/** The kernel of a product: a native one where there are any, but for few rows, which wait for memory more than for sums. */
function productsKernel({ kernels, native }: Heap, ...product: [number, number, number, number, number, number]) {
  return native !== undefined && kernels.isThin(...product) === 0 ? "nativeProducts" : "products";
}

/** A way to store a product, as in assembly/gemm.ts: added to the values there. */
export const ADD = 1;
/** Another way to store a product: negative values become 0. */
export const RELU = 2;

/** Nanoseconds of a product and its sum: 50 GFLOP/s. */
export const NS_PER_PRODUCT = 1 / 25;
const BLOCKS_A_THREAD = 3;

/** Addresses and sizes of a product of rows [M, K] at `a` with a weight [N, K] at `b`; `bias` is that of [N], or 0. */
export interface Product {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly bias: number;
  readonly mode: number;
}

/** Adds a product to `program`. */
export function productStep(program: Program, product: Product, beside: boolean): void {
  const { a, b, c, M, N, K, bias, mode } = product;
  // For a few rows, reading the weight takes the most time.
  const total = N * K * Math.max(NS_PER_WEIGHT, M * NS_PER_PRODUCT);
  const { units, cost, blockRows, blockColumns } = blocksOf(program.partsFor(total), total, 1, M, N);
  const args = [a, b, c, 0, 0, M, N, K, K, 1, 1, K, bias, mode, blockRows, blockColumns];
  program.add(productsKernel(program.heap, M, N, K, 1, 1, K), args, { units, cost }, beside);
}

const NS_PER_WEIGHT = 0.15; // 27 GB/s

/**
 * Cuts `count` products [M, K] x [K, N] into about `wanted` parts: along the longer side, into whole tiles, so that the
 * operand that stays whole is packed as few times as possible.
 */
export function blocksOf(wanted: number, total: number, count: number, M: number, N: number) {
  const cuts = Math.max(1, Math.floor(wanted / count));
  const blockRows = M > N ? Math.min(M, Math.ceil(M / cuts / 60) * 60) : M; // 60: what gemm packs at once
  const blockColumns = M > N ? N : Math.min(N, Math.ceil(N / cuts / 16) * 16);
  const units = count * Math.ceil(M / blockRows) * Math.ceil(N / blockColumns);
  return { units, cost: total / units, blockRows, blockColumns };
}

/** For each index of the broadcast shape `to`, the flat index in `from` that it reads. */
function broadcastPlaces(from: readonly number[], to: readonly number[]): number[] {
  let places = [0];
  let stride = 1;
  for (let axis = 1; axis <= to.length; axis++) {
    const size = from.at(-axis) ?? 1;
    const step = axis > from.length || size === 1 ? 0 : stride;
    const inner = places;
    places = Array.from({ length: to.at(-axis) ?? 1 }, (_, i) => inner.map((place) => place + i * step)).flat();
    stride *= axis > from.length ? 1 : size;
  }
  return places;
}
