import type { FusedActivation } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { type Kernel, matrixOf, type Tensors } from "../kernel.ts";

/** QkvLinear: tfjs's own product, which adds the bias and applies relu before it writes. */
export const linear: Kernel = (backend, inputs, attrs) => {
  const { x, weight, bias } = inputs as Tensors<"x" | "weight"> & { readonly bias?: tf.TensorInfo };
  const { activation } = attrs as { readonly activation?: FusedActivation };
  const product = tf.getKernel("_FusedMatMul", "webgpu");
  if (product === undefined) throw new Error("linear: expected webgpu to have _FusedMatMul, got none");
  const { rows, width } = matrixOf(x);
  const y = product.kernelFunc({
    inputs: { a: { ...x, shape: [rows, width] }, b: weight, ...(bias && { bias }) },
    attrs: { transposeA: false, transposeB: true, activation: activation ?? "linear" },
    backend,
  }) as tf.TensorInfo;
  return { ...y, shape: [...x.shape.slice(0, -1), weight.shape[0] ?? 0] };
};
