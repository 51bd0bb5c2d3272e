import type { AttentionAttrs } from "@qkv/backend";
import type * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../heap.ts";
import { replaceKernel } from "../replaceKernel.ts";

type Tensors<Names extends string> = Readonly<Record<Names, tf.TensorInfo>>;
type Inputs = Tensors<"q" | "k" | "v" | "mask" | "bias">;

/** QkvAttention and its gradient. */
export function registerAttention(heap: Heap): void {
  replaceKernel("QkvAttention", ({ inputs, attrs }) => {
    const { q, k, v, mask, bias } = inputs as Inputs;
    const [y, logSumExp] = [heap.output(q.shape), heap.output(q.shape.slice(0, 3))];
    const { tail } = prepare(heap, inputs as Inputs, attrs as AttentionAttrs);
    const optional = [mask, bias].map((tensor) => optionalAt(heap, tensor)) as [number, number];
    const [at, lse] = [heap.at(y), heap.at(logSumExp)];
    heap.kernels.attention(heap.at(q), heap.at(k), heap.at(v), ...optional, at, lse, ...tail);
    return [y, logSumExp];
  });

  replaceKernel("QkvAttentionGradient", ({ inputs, attrs }) => {
    const { q, k, v, mask, bias, y, logSumExp, dy } = inputs as Inputs & Tensors<"y" | "logSumExp" | "dy">;
    const gradients = [heap.output(q.shape), heap.output(k.shape), heap.output(v.shape)];
    const { tail } = prepare(heap, inputs as Inputs, attrs as AttentionAttrs);
    const optional = [mask, bias].map((tensor) => optionalAt(heap, tensor)) as [number, number];
    const rest = [y, logSumExp, dy, ...gradients].map((tensor) => heap.at(tensor));
    heap.kernels.attentionGradient(heap.at(q), heap.at(k), heap.at(v), ...optional, ...rest, ...tail);
    return gradients;
  });
}

/** Sets what is common to all heads, and gives the last parameters of both kernels: heads, strides, scratch. */
function prepare(heap: Heap, { q, k, mask, bias }: Inputs, { scale, causal, dropout }: AttentionAttrs) {
  const { kernels } = heap;
  const [batch = 0, heads = 0, queries = 0, width = 0] = q.shape;
  const keys = k.shape[2] ?? 0;
  const [maskBatch, maskHead, maskRow, maskColumn] = broadcastStrides(mask);
  const [biasBatch, biasHead, biasRow, biasColumn] = broadcastStrides(bias);
  const strides = [maskRow, maskColumn, biasRow, biasColumn];
  const { first = 0, second = 0, threshold = 0, scale: keep = 0 } = dropout ?? {};
  kernels.setAttention(queries, keys, width, scale, causal ? 1 : 0, ...strides, first, second, threshold, keep);
  const scratch = heap.scratch(kernels.attentionScratch(keys));
  return { tail: [0, batch * heads, heads, maskBatch, maskHead, biasBatch, biasHead, scratch] };
}

/** The step of each axis in elements: 0 where the tensor, of rank 4 or absent, is broadcast. */
function broadcastStrides({ shape }: tf.TensorInfo): [number, number, number, number] {
  const [b = 1, h = 1, q = 1, k = 1] = shape.length === 4 ? shape : [];
  return [b === 1 ? 0 : h * q * k, h === 1 ? 0 : q * k, q === 1 ? 0 : k, k === 1 ? 0 : 1];
}

function optionalAt(heap: Heap, tensor: tf.TensorInfo): number {
  return tensor.shape.length === 4 ? heap.at(tensor) : 0;
}
