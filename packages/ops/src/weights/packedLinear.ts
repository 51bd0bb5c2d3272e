import * as tf from "@tensorflow/tfjs-core";
import type { FusedActivation } from "../composedActivations.ts";
import { FUSED_KERNELS, ensureGradient, hasKernel, runFusedFirst } from "../fusedKernel.ts";
import { packedAttrs, type PackedAttrs, packedRowRange } from "./packedKernels.ts";
import type { Weight } from "./weight.ts";

/**
 * Computes `x weightᵀ + bias` with a packed weight, which is not trained: gradients go to `x` and the bias alone.
 *
 * Kernels, with {@link PackedAttrs}: QkvPackedLinear `{ x [..., I], data [words] int32, bias? [O] }`, `activation?` -> [..., O];
 * QkvPackedLinearGradient `{ dy [N, O], data }` -> [N, I]. Without the second, rows are unpacked run by run.
 *
 * @param x [..., I]
 * @param bias [O]
 * @param activation of the result, of an `ActivatingKernel` alone
 * @returns [..., O]
 */
export function packedLinear(
  x: tf.Tensor,
  weight: Weight,
  bias: tf.Tensor | undefined,
  activation?: FusedActivation,
): tf.Tensor {
  const attrs = packedAttrs(weight);
  if (hasKernel(FUSED_KERNELS.packedLinear)) {
    ensureGradient(gradient);
    return runFusedFirst(FUSED_KERNELS.packedLinear, { x, data: weight.parts.data, bias }, { ...attrs, activation });
  }
  const [rows = 0, columns = 0] = attrs.shape;
  return tf.tidy(() => {
    const dense = packedRowRange("linear", weight, 0, rows);
    const y = tf.matMul(tf.reshape(x, [-1, columns]), dense, false, true);
    return tf.reshape(bias === undefined ? y : tf.add(y, bias), [...x.shape.slice(0, -1), rows]);
  });
}

const ROWS = 256; // that are unpacked at a time, so that the whole weight never is

const gradient: tf.GradConfig = {
  kernelName: FUSED_KERNELS.packedLinear,
  inputsToSave: ["x", "data"],
  gradFunc: (dy, saved, attrs) => {
    const [x, data] = saved as [tf.Tensor, tf.Tensor];
    const { format, shape } = attrs as unknown as PackedAttrs;
    const dz = dy as tf.Tensor;
    const [rows = 0, columns = 0] = shape;
    const weight: Weight = { shape: [rows, columns], kind: "matrix", format, parts: { data }, adapter: undefined };
    return {
      x: () => tf.reshape(backward(tf.reshape(dz, [-1, rows]), weight), x.shape),
      data: () => tf.zerosLike(data),
      bias: () => runFusedFirst(FUSED_KERNELS.columnSum, { x: dz }),
    };
  },
};

/** dz W: [N, O] -> [N, I] */
function backward(dz: tf.Tensor2D, weight: Weight): tf.Tensor {
  if (hasKernel(FUSED_KERNELS.packedLinearGradient)) {
    const { data } = weight.parts;
    return runFusedFirst(FUSED_KERNELS.packedLinearGradient, { dy: dz, data }, packedAttrs(weight));
  }
  const [rows = 0, columns = 0] = weight.shape as number[];
  const count = dz.shape[0];
  let sum: tf.Tensor = tf.zeros([count, columns]);
  for (let from = 0; from < rows; from += ROWS) {
    const to = Math.min(rows, from + ROWS);
    sum = tf.tidy(() => {
      const part = tf.matMul(tf.slice(dz, [0, from], [count, to - from]), packedRowRange("linear", weight, from, to));
      const next = tf.add(sum, part);
      sum.dispose();
      return next;
    });
  }
  return sum;
}
