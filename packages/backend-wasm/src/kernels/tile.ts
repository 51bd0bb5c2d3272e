import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../heap.ts";
import { replaceKernelWhere } from "../replaceKernel.ts";

/** Registers the kernel that repeats a tensor along one axis, as in the gradients of sums and means, or zero times. */
export function registerTile(heap: Heap): void {
  replaceKernelWhere("Tile", planOf, ({ inputs, attrs }, { axis }) => {
    const { x } = inputs as { x: tf.TensorInfo };
    const { reps } = attrs as tf.TileAttrs;
    const out = heap.output(
      x.shape.map((size, axis) => size * (reps[axis] ?? 1)),
      x.dtype,
    );
    if (!reps.includes(0)) repeat(heap, x, out, axis, reps[axis] ?? 1);
    return out;
  });
}

/** The repeated axis; undefined for the cases of tfjs's own kernel: more axes, or elements that are not 4 bytes. */
function planOf({ inputs, attrs }: { inputs: Readonly<Record<string, tf.TensorInfo>>; attrs: unknown }) {
  const { reps } = attrs as tf.TileAttrs;
  // tfjs's own kernel writes x once even for zero repeats, over the data that follows in the heap.
  if (reps.includes(0)) return { axis: 0 };
  const repeated = reps.flatMap((count, axis) => (count === 1 ? [] : [axis]));
  const [axis] = repeated;
  const dtype = inputs["x"]?.dtype;
  return repeated.length === 1 && axis !== undefined && (dtype === "float32" || dtype === "int32") && { axis };
}

/** Copies each stretch from `axis` on, and then the copies, twice as many each time. */
function repeat(heap: Heap, x: tf.TensorInfo, out: tf.TensorInfo, axis: number, count: number): void {
  const bytes = new Uint8Array(heap.memory.buffer);
  const stretch = 4 * tf.util.sizeFromShape(x.shape.slice(axis));
  const outer = tf.util.sizeFromShape(x.shape.slice(0, axis));
  for (let i = 0; i < outer; i++) {
    const from = heap.at(x) + i * stretch;
    const to = heap.at(out) + i * count * stretch;
    bytes.copyWithin(to, from, from + stretch);
    for (let done = 1; done < count; done *= 2) {
      bytes.copyWithin(to + done * stretch, to, to + Math.min(done, count - done) * stretch);
    }
  }
}
