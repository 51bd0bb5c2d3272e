import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../heap.ts";
import { replaceKernel, replaceKernelWhere } from "../replaceKernel.ts";
import { columns } from "./rows.ts";

/** Registers kernels that copy nothing, and the gather and its gradient. */
export function registerLayout(heap: Heap): void {
  replaceKernelWhere(
    "Identity",
    ({ inputs }) => inputs["x"]?.dtype !== "string",
    ({ inputs }) => heap.share((inputs as { x: tf.TensorInfo }).x),
  );
  replaceKernelWhere(
    "GatherV2",
    ({ inputs, attrs }) => {
      const { axis, batchDims } = attrs as tf.GatherV2Attrs;
      return axis === 0 && batchDims === 0 && inputs["x"]?.dtype === "float32" && inputs["indices"]?.dtype === "int32";
    },
    ({ inputs }) => {
      const { x, indices } = inputs as { x: tf.TensorInfo; indices: tf.TensorInfo };
      const [size = 0, ...inner] = x.shape;
      const width = tf.util.sizeFromShape(inner);
      const count = tf.util.sizeFromShape(indices.shape);
      const out = heap.output([...indices.shape, ...inner]);
      const bad = heap.kernels.gatherRows(heap.at(x), heap.at(indices), heap.at(out), count, width, size);
      if (bad >= 0) {
        const id = new Int32Array(heap.memory.buffer, heap.at(indices), count)[bad];
        heap.backend.disposeData(out.dataId);
        throw new RangeError(`gather: expected ids in [0, ${size}), got ${id}`);
      }
      return out;
    },
  );
  replaceKernel("UnsortedSegmentSum", ({ inputs, attrs }) => {
    const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
    const { numSegments } = attrs as tf.UnsortedSegmentSumAttrs;
    if (x.dtype !== "float32") {
      throw new TypeError(`unsortedSegmentSum: expected float32 on wasm, got ${x.dtype}`);
    }
    const inner = x.shape.slice(segmentIds.shape.length);
    const rows = tf.util.sizeFromShape(segmentIds.shape);
    const out = heap.output([numSegments, ...inner]);
    const width = tf.util.sizeFromShape(inner);
    const args = [heap.at(x), heap.at(segmentIds), heap.at(out), rows, width, numSegments];
    heap.run("segmentSum", args, columns(rows + numSegments, width, 0.1));
    return out;
  });
}
