import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../heap.ts";
import { replaceKernel } from "../replaceKernel.ts";

type Tensors<Names extends string> = Readonly<Record<Names, tf.TensorInfo>>;

/** QkvColumnSum, QkvLayerNorm, QkvSoftmax and QkvCrossEntropy, with their gradients. */
export function registerRows(heap: Heap): void {
  const { kernels } = heap;

  replaceKernel("QkvColumnSum", ({ inputs }) => {
    const { x } = inputs as Tensors<"x">;
    const [rows, width] = matrix(x);
    const out = heap.output([width]);
    kernels.columnSum(heap.at(x), heap.at(out), rows, width);
    return out;
  });

  replaceKernel("QkvLayerNorm", ({ inputs, attrs }) => {
    const { x, weight, bias } = inputs as Tensors<"x" | "weight" | "bias">;
    const { eps } = attrs as { eps: number };
    const [rows, width] = matrix(x);
    const [y, mean, rstd] = [heap.output(x.shape), heap.output([rows]), heap.output([rows])];
    kernels.layerNorm(...[x, weight, bias, y, mean, rstd].map((tensor) => heap.at(tensor)), rows, width, eps);
    return [y, mean, rstd];
  });

  replaceKernel("QkvLayerNormGradient", ({ inputs }) => {
    const { x, weight, mean, rstd, dy } = inputs as Tensors<"x" | "weight" | "mean" | "rstd" | "dy">;
    const [rows, width] = matrix(x);
    const [dx, dweight, dbias] = [heap.output(x.shape), heap.output([width]), heap.output([width])];
    const tensors = [x, weight, mean, rstd, dy, dx, dweight, dbias];
    kernels.layerNormGradient(...tensors.map((tensor) => heap.at(tensor)), rows, width);
    return [dx, dweight, dbias];
  });

  replaceKernel("QkvSoftmax", ({ inputs }) => {
    const { x } = inputs as Tensors<"x">;
    const y = heap.output(x.shape);
    kernels.softmax(heap.at(x), heap.at(y), ...matrix(x));
    return y;
  });

  replaceKernel("QkvSoftmaxGradient", ({ inputs }) => {
    const { y, dy } = inputs as Tensors<"y" | "dy">;
    const dx = heap.output(y.shape);
    kernels.softmaxGradient(heap.at(y), heap.at(dy), heap.at(dx), ...matrix(y));
    return dx;
  });

  replaceKernel("QkvCrossEntropy", ({ inputs, attrs }) => {
    const { logits, labels } = inputs as Tensors<"logits" | "labels">;
    const { labelSmoothing, ignoreIndex } = attrs as CrossEntropyAttrs;
    const [rows, classes] = matrix(logits);
    const [loss, logSumExp] = [heap.output([rows]), heap.output([rows])];
    const tensors = [logits, labels, loss, logSumExp].map((tensor) => heap.at(tensor));
    kernels.crossEntropy(...tensors, rows, classes, labelSmoothing, ignoreIndex);
    return [loss, logSumExp];
  });

  replaceKernel("QkvCrossEntropyGradient", ({ inputs, attrs }) => {
    const { logits, labels, logSumExp, dy } = inputs as Tensors<"logits" | "labels" | "logSumExp" | "dy">;
    const { labelSmoothing, ignoreIndex } = attrs as CrossEntropyAttrs;
    const dlogits = heap.output(logits.shape);
    const tensors = [logits, labels, logSumExp, dy, dlogits].map((tensor) => heap.at(tensor));
    kernels.crossEntropyGradient(...tensors, ...matrix(logits), labelSmoothing, ignoreIndex);
    return dlogits;
  });
}

interface CrossEntropyAttrs {
  readonly labelSmoothing: number;
  readonly ignoreIndex: number;
}

/** Rows and width of `x` as a matrix of its last axis. */
function matrix(x: tf.TensorInfo): [rows: number, width: number] {
  return [tf.util.sizeFromShape(x.shape.slice(0, -1)), x.shape.at(-1) ?? 1];
}
