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
    withShape(heap, inputs as Inputs, attrs as AttentionAttrs, (shape, heads, work) => {
      const parts = heap.kernels.attentionParts(q.shape[2] ?? 0);
      const args = [shape, ...[q, k, v, mask, bias, y, logSumExp].map((tensor) => at(heap, tensor))];
      heap.run("attention", args, { ...work, units: heads * parts, cost: work.cost / Math.max(parts, 1) });
    });
    return [y, logSumExp];
  });

  replaceKernel("QkvAttentionGradient", ({ inputs, attrs }) => {
    const { q, k, v, mask, bias, y, logSumExp, dy } = inputs as Inputs & Tensors<"y" | "logSumExp" | "dy">;
    const gradients = [heap.output(q.shape), heap.output(k.shape), heap.output(v.shape)];
    withShape(heap, inputs as Inputs, attrs as AttentionAttrs, (shape, heads, work) => {
      const tensors = [q, k, v, mask, bias, y, logSumExp, dy, ...gradients];
      const args = [shape, ...tensors.map((tensor) => at(heap, tensor))];
      heap.run("attentionGradient", args, { ...work, units: heads, cost: 3 * work.cost });
    });
    return gradients;
  });
}

/**
 * Writes what is common to all heads where `readShape` of assembly/attention.ts finds it, for as long as `run` takes.
 *
 * @param run gets its address, the number of heads of the whole batch, and the work of one
 */
function withShape(
  heap: Heap,
  { q, k, mask, bias }: Inputs,
  { scale, causal, dropout }: AttentionAttrs,
  run: (shape: number, heads: number, work: { readonly cost: number; readonly scratch: number }) => void,
): void {
  const [batch = 0, heads = 0, queries = 0, width = 0] = q.shape;
  const keys = k.shape[2] ?? 0;
  const { first = 0, second = 0, threshold = 0, scale: keep = 0 } = dropout ?? {};
  const numbers = [queries, keys, width, heads, scale, causal ? 1 : 0];
  numbers.push(...broadcastStrides(mask), ...broadcastStrides(bias), first, second, threshold, keep);
  const block = heap.output([numbers.length], "int32");
  try {
    const words = new DataView(heap.memory.buffer, heap.at(block), numbers.length * 4);
    numbers.forEach((value, i) => {
      if (FLOATS.has(i)) words.setFloat32(i * 4, value, true);
      else words.setInt32(i * 4, value, true);
    });
    const cost = queries * keys * (width / 25 + 1.5); // a product and a half at 40 GFLOP/s, and an exponential
    run(heap.at(block), batch * heads, { cost, scratch: heap.kernels.attentionScratch() });
  } finally {
    heap.backend.disposeData(block.dataId);
  }
}

const FLOATS: ReadonlySet<number> = new Set([4, 17]); // scale and keep

/** The step of each axis in elements: 0 where the tensor, of rank 4 or absent, is broadcast. */
function broadcastStrides({ shape }: tf.TensorInfo): [number, number, number, number] {
  const [b = 1, h = 1, q = 1, k = 1] = shape.length === 4 ? shape : [];
  return [b === 1 ? 0 : h * q * k, h === 1 ? 0 : q * k, q === 1 ? 0 : k, k === 1 ? 0 : 1];
}

/** The address of a tensor, 0 of an absent mask or bias, which is [0]. */
function at(heap: Heap, tensor: tf.TensorInfo): number {
  return tensor.shape.length === 1 ? 0 : heap.at(tensor);
}
