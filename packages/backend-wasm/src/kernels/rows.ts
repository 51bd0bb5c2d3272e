import * as tf from "@tensorflow/tfjs-core";
import type { Heap, Work } from "../heap.ts";
import { replaceKernel } from "../replaceKernel.ts";

type Tensors<Names extends string> = Readonly<Record<Names, tf.TensorInfo>>;

/** QkvColumnSum, QkvLogSumExp, and QkvLayerNorm, QkvSoftmax and QkvCrossEntropy with their gradients. */
export function registerRows(heap: Heap): void {
  const addresses = (...tensors: tf.TensorInfo[]) => tensors.map((tensor) => heap.at(tensor));

  replaceKernel("QkvColumnSum", ({ inputs }) => {
    const { x } = inputs as Tensors<"x">;
    const [rows, width] = matrix(x);
    const out = heap.output([width]);
    heap.run("columnSum", [...addresses(x, out), rows, width], columns(rows, width, 0.2));
    return out;
  });

  replaceKernel("QkvLayerNorm", ({ inputs, attrs }) => {
    const { x, weight, bias } = inputs as Tensors<"x" | "weight" | "bias">;
    const { eps } = attrs as { eps: number };
    const [rows, width] = matrix(x);
    const [y, mean, rstd] = [heap.output(x.shape), heap.output([rows]), heap.output([rows])];
    heap.run("layerNorm", [...addresses(x, weight, bias, y, mean, rstd), width, eps], {
      units: rows,
      cost: 0.5 * width,
    });
    return [y, mean, rstd];
  });

  replaceKernel("QkvLayerNormGradient", ({ inputs }) => {
    const { x, weight, mean, rstd, dy } = inputs as Tensors<"x" | "weight" | "mean" | "rstd" | "dy">;
    const [rows, width] = matrix(x);
    const [dx, dweight, dbias] = [heap.output(x.shape), heap.output([width]), heap.output([width])];
    const args = [...addresses(x, weight, mean, rstd, dy, dx), width];
    heap.run("layerNormGradient", args, { units: rows, cost: 0.6 * width });
    const weightArgs = [...addresses(x, mean, rstd, dy, dweight, dbias), rows, width];
    heap.run("layerNormWeightGradient", weightArgs, columns(rows, width, 0.5));
    return [dx, dweight, dbias];
  });

  replaceKernel("QkvSoftmax", ({ inputs }) => {
    const { x } = inputs as Tensors<"x">;
    const y = heap.output(x.shape);
    const [rows, width] = matrix(x);
    heap.run("softmax", [...addresses(x, y), width], { units: rows, cost: 1.2 * width });
    return y;
  });

  replaceKernel("QkvSoftmaxGradient", ({ inputs }) => {
    const { y, dy } = inputs as Tensors<"y" | "dy">;
    const dx = heap.output(y.shape);
    const [rows, width] = matrix(y);
    heap.run("softmaxGradient", [...addresses(y, dy, dx), width], { units: rows, cost: 0.4 * width });
    return dx;
  });

  replaceKernel("QkvLogSumExp", ({ inputs }) => {
    const { x } = inputs as Tensors<"x">;
    const [rows, width] = matrix(x);
    const out = heap.output([rows]);
    heap.run("logSumExp", [...addresses(x, out), width], { units: rows, cost: 1.2 * width });
    return out;
  });

  replaceKernel("QkvCrossEntropy", ({ inputs, attrs }) => {
    const { logits, labels } = inputs as Tensors<"logits" | "labels">;
    const { labelSmoothing, ignoreIndex } = attrs as CrossEntropyAttrs;
    const [rows, width] = matrix(logits);
    const [loss, logSumExp] = [heap.output([rows]), heap.output([rows])];
    const args = [...addresses(logits, labels, loss, logSumExp), width, labelSmoothing, ignoreIndex];
    heap.run("crossEntropy", args, { units: rows, cost: 1.2 * width });
    return [loss, logSumExp];
  });

  replaceKernel("QkvCrossEntropyGradient", ({ inputs, attrs }) => {
    const { logits, labels, logSumExp, dy } = inputs as Tensors<"logits" | "labels" | "logSumExp" | "dy">;
    const { labelSmoothing, ignoreIndex } = attrs as CrossEntropyAttrs;
    const [rows, width] = matrix(logits);
    const dlogits = heap.output(logits.shape);
    const args = [...addresses(logits, labels, logSumExp, dy, dlogits), width, labelSmoothing, ignoreIndex];
    heap.run("crossEntropyGradient", args, { units: rows, cost: 1.2 * width });
    return dlogits;
  });
}

/** The work of a kernel that takes some columns of all rows; 16 floats are a line of a cache. */
export function columns(rows: number, width: number, cost: number): Work {
  return { units: width, cost: cost * Math.max(rows, 1), multiple: 16 };
}

interface CrossEntropyAttrs {
  readonly labelSmoothing: number;
  readonly ignoreIndex: number;
}

/** Rows and width of `x` as a matrix of its last axis. */
function matrix(x: tf.TensorInfo): [rows: number, width: number] {
  return [tf.util.sizeFromShape(x.shape.slice(0, -1)), x.shape.at(-1) ?? 1];
}
