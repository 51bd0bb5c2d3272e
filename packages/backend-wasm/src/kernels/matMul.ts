import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../heap.ts";
import { replaceKernel, replaceKernelWhere } from "../replaceKernel.ts";

/** BatchMatMul for every transposition, broadcast and empty edge, and the _FusedMatMul made of it. */
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
    return matMul(heap, x, weight, false, true, bias, activation === "relu");
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
  const { kernels } = heap;
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
  const scratch = heap.scratch(kernels.gemmScratch());
  const strides = [
    ...(transposeA ? [1, aColumns] : [aColumns, 1]), // of a row and a column of op(a)
    ...(transposeB ? [1, bColumns] : [bColumns, 1]),
  ];
  const [pa, pb, pc] = [heap.at(a), heap.at(b), heap.at(out)];
  const count = size / (M * N);
  const countA = tf.util.sizeFromShape(batchA);
  const countB = tf.util.sizeFromShape(batchB);
  if (bias !== undefined || relu || (countB === 1 && !transposeA) || count === 1) {
    // One product: where b is shared, the batch is only more rows of a.
    const shared = countB === 1 && !transposeA;
    const shift = bias === undefined ? 0 : heap.at(bias);
    const products = shared || count === 1 ? 1 : count;
    const rows = products === 1 ? (count === 1 ? M : M * count) : M;
    const stepA = countA === 1 ? 0 : M * K * 4;
    const stepB = countB === 1 ? 0 : K * N * 4;
    for (let i = 0; i < products; i++) {
      const [x, y, z] = [pa + i * stepA, pb + i * stepB, pc + i * M * N * 4];
      kernels.gemm(x, y, z, rows, N, K, ...strides, N, shift, relu ? 2 : 0, 0, scratch);
    }
  } else if ((countA === count || countA === 1) && (countB === count || countB === 1)) {
    const [stepA, stepB] = [countA === 1 ? 0 : M * K, countB === 1 ? 0 : K * N];
    kernels.batchGemm(pa, pb, pc, count, stepA, stepB, M, N, K, ...strides, scratch);
  } else {
    const placesA = broadcastPlaces(batchA, batch);
    const placesB = broadcastPlaces(batchB, batch);
    for (let i = 0; i < count; i++) {
      const x = pa + (placesA[i] ?? 0) * M * K * 4;
      const y = pb + (placesB[i] ?? 0) * K * N * 4;
      kernels.gemm(x, y, pc + i * M * N * 4, M, N, K, ...strides, N, 0, 0, 0, scratch);
    }
  }
  return out;
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
