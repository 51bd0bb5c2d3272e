import type { PackedAttrs } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../heap.ts";
import { replaceKernel } from "../replaceKernel.ts";
import type { Program } from "../program.ts";
import { blocksOf, NS_PER_PRODUCT, type Product } from "./matMul.ts";

/** Registers QkvPackedLinear and QkvUnpackRows: weights of 16, 8 and 4 bits, read as they are stored. */
export function registerPacked(heap: Heap): void {
  replaceKernel("QkvPackedLinear", ({ inputs, attrs }) => {
    const { x, data, bias } = inputs as { x: tf.TensorInfo; data: tf.TensorInfo; bias?: tf.TensorInfo };
    const { format, shape } = attrs as PackedAttrs;
    const [N = 0, K = 0] = shape;
    const leading = x.shape.slice(0, -1);
    const out = heap.output([...leading, N]);
    const M = tf.util.sizeFromShape(leading);
    if (M * N === 0) return out;
    if (K === 0) {
      heap.fillRows(out, N, bias);
      return out;
    }
    const threads = heap.pool?.size ?? 1;
    const total = packedCost(M, N, K);
    const wanted = threads === 1 ? 1 : Math.min(total / heap.minTaskNanoseconds, PARTS_A_THREAD * threads);
    const { units, cost, blockRows, blockColumns } = blocksOf(wanted, total, 1, M, N);
    const [layout, zero] = layoutOf(format);
    const at = [heap.at(x), heap.at(data), heap.at(out)];
    const args = [...at, M, N, K, layout, zero, bias === undefined ? 0 : heap.at(bias), 0, blockRows, blockColumns];
    heap.run(packedKernel(heap, M, format), args, { units, cost, scratch: heap.kernels.gemmScratch() });
    return out;
  });

  replaceKernel("QkvUnpackRows", ({ inputs, attrs }) => {
    const { data, ids } = inputs as { data: tf.TensorInfo; ids: tf.TensorInfo };
    const { format, shape } = attrs as PackedAttrs;
    const [rows = 0, width = 0] = shape;
    const count = tf.util.sizeFromShape(ids.shape);
    const out = heap.output([count, width]);
    const args = [heap.at(data), heap.at(ids), heap.at(out), count, rows, width, ...layoutOf(format)];
    const bad = heap.kernels.unpackRows(...args);
    if (bad < 0) return out;
    const id = new Int32Array(heap.memory.buffer, heap.at(ids), count)[bad];
    heap.backend.disposeData(out.dataId);
    throw new RangeError(`gather: expected ids in [0, ${rows}), got ${id}`);
  });
}

/** The kernel of a product with M rows: a native one where it is there for so many. */
function packedKernel({ native }: Heap, M: number, format: PackedAttrs["format"]) {
  const isThere = M > FEW || (native?.takesFewRows === true && typeof format === "object");
  return native?.packedProducts !== undefined && isThere ? "nativePackedProducts" : "packedProducts";
}

const FEW = 8; // as in assembly/packedProducts.ts

/** Adds to `program` the product of rows with a packed weight: `productStep` says of what. */
export function packedProductStep(
  program: Program,
  { a, b, c, M, N, K, bias, mode }: Product,
  format: PackedAttrs["format"],
  beside: boolean,
): void {
  const total = packedCost(M, N, K);
  const { units, cost, blockRows, blockColumns } = blocksOf(program.partsFor(total), total, 1, M, N);
  const args = [a, b, c, M, N, K, ...layoutOf(format), bias, mode, blockRows, blockColumns];
  program.add(packedKernel(program.heap, M, format), args, { units, cost }, beside);
}

/** Bytes of a weight [N, K], N a multiple of 4. */
export function packedBytes(format: PackedAttrs["format"], N: number, K: number): number {
  if (typeof format === "string") return N * K * 2;
  const { bits, groupSize, hasOffsets } = format;
  return (N / 4) * (K / 32) * 16 * (bits + (32 / groupSize) * (hasOffsets ? 2 : 1));
}

/** Estimated nanoseconds of a product with a packed weight: of a few rows its bytes count, of more its products. */
export function packedCost(M: number, N: number, K: number): number {
  return N * K * Math.max(NS_PER_WEIGHT, M * NS_PER_PRODUCT);
}

/** The words by which assembly/weightFormat.ts knows a format: its layout, and the code that stands for zero. */
export function layoutOf(format: PackedAttrs["format"]): readonly [layout: number, zero: number] {
  if (typeof format === "string") return [format === "f16" ? LAYOUT.f16 : LAYOUT.bf16, 0];
  const { bits, groupSize, zero, hasOffsets } = format;
  const codes = bits === 8 ? LAYOUT.int8 : LAYOUT.int4;
  return [codes + (groupSize === 16 ? LAYOUT.sixteens : 0) + (hasOffsets ? LAYOUT.offsets : 0), zero];
}

const LAYOUT = { f16: 1, bf16: 2, int8: 3, int4: 4, sixteens: 8, offsets: 16 } as const;

const NS_PER_WEIGHT = 0.04;
const PARTS_A_THREAD = 3;
