import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../heap.ts";
import { replaceKernelWhere } from "../replaceKernel.ts";

/** Bytes of an element, of the dtypes that lie in the heap. */
const BYTES: Readonly<Partial<Record<tf.DataType, number>>> = { float32: 4, int32: 4, bool: 1 };

/**
 * Registers a Slice that copies the part alone. tfjs's copies all of its input first: for the position of one token a whole
 * table of positions.
 */
export function registerSlice(heap: Heap): void {
  replaceKernelWhere(
    "Slice",
    ({ inputs }) => BYTES[(inputs as { x: tf.TensorInfo }).x.dtype],
    ({ inputs, attrs }, bytes) => {
      const { x } = inputs as { x: tf.TensorInfo };
      const { begin, size } = attrs as unknown as tf.SliceAttrs;
      const [first = [], shape = []] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size);
      const part = heap.output(shape, x.dtype);
      copyPart(
        new Uint8Array(heap.memory.buffer),
        { from: heap.at(x), to: heap.at(part), bytes },
        x.shape,
        first,
        shape,
      );
      return part;
    },
  );
}

/**
 * Copies a part of an array to where it lies without gaps.
 *
 * @param place addresses of both, and the bytes of an element
 * @param whole the array's shape
 * @param first where the part begins, on each axis
 * @param shape the part's shape
 */
function copyPart(
  memory: Uint8Array,
  { from, to, bytes }: { readonly from: number; readonly to: number; readonly bytes: number },
  whole: readonly number[],
  first: readonly number[],
  shape: readonly number[],
): void {
  // From this axis on the part lies in one run: the axes after it are whole.
  let inner = Math.max(0, shape.length - 1);
  while (inner > 0 && shape[inner] === whole[inner]) inner--;
  const strides = whole.map((_, axis) => bytes * tf.util.sizeFromShape(whole.slice(axis + 1)));
  const run = bytes * tf.util.sizeFromShape(shape.slice(inner));

  let next = to;
  const copy = (axis: number, at: number) => {
    const stride = strides[axis] ?? 0;
    const start = at + (first[axis] ?? 0) * stride;
    if (axis === inner) {
      memory.copyWithin(next, start, start + run);
      next += run;
      return;
    }
    for (let i = 0; i < (shape[axis] ?? 0); i++) copy(axis + 1, start + i * stride);
  };
  copy(0, from);
}
