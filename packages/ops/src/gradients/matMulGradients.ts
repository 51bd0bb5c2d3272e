import * as tf from "@tensorflow/tfjs-core";
import { sumTo } from "./sumTo.ts";

/** Gradients of the matrix product, and of picking rows. */
export const matMulGradients: tf.GradConfig[] = [
  {
    kernelName: "BatchMatMul",
    inputsToSave: ["a", "b"],
    gradFunc: (dys, saved, attrs) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
      const dy = dys as tf.Tensor;
      // y = op(a) op(b), so d op(a) = dy op(b)ᵀ and d op(b) = op(a)ᵀ dy; a transposed operand gets the transpose.
      return {
        a: () => sumTo(transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB), a.shape),
        b: () => sumTo(transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false), b.shape),
      };
    },
  },
  {
    kernelName: "GatherV2",
    inputsToSave: ["x", "indices"],
    gradFunc: (dys, saved, attrs) => {
      const [x, indices] = saved as [tf.Tensor, tf.Tensor];
      const { axis, batchDims } = attrs as unknown as tf.GatherV2Attrs;
      if (batchDims !== 0) {
        throw new RangeError(`gather: expected batchDims 0 for a gradient, got ${batchDims}`);
      }
      return { x: () => scatterSum(dys as tf.Tensor, x, indices, axis) };
    },
  },
  {
    kernelName: "UnsortedSegmentSum",
    inputsToSave: ["segmentIds"],
    gradFunc: (dys, saved) => ({
      x: () => {
        const ids = saved[0] as tf.Tensor1D;
        const kept = tf.greaterEqual(ids, 0); // a row with a negative id went nowhere
        const rows = tf.gather(dys as tf.Tensor, tf.maximum(ids, tf.zerosLike(ids)));
        const mask = tf.reshape(kept, [ids.size, ...rows.shape.slice(1).fill(1)]);
        return tf.mul(rows, tf.cast(mask, "float32"));
      },
    }),
  },
];

function scatterSum(dy: tf.Tensor, x: tf.Tensor, indices: tf.Tensor, axis: number): tf.Tensor {
  const outer = tf.util.sizeFromShape(x.shape.slice(0, axis));
  const inner = tf.util.sizeFromShape(x.shape.slice(axis + 1));
  const size = x.shape[axis] ?? 0;
  const picked = tf.reshape(dy, [outer, indices.size, inner]);
  const flat = tf.reshape(indices, [indices.size]) as tf.Tensor1D;
  const rows = tf.unsortedSegmentSum(tf.transpose(picked, [1, 0, 2]), flat, size); // [size, outer, inner]
  return tf.reshape(tf.transpose(rows, [1, 0, 2]), x.shape);
}
