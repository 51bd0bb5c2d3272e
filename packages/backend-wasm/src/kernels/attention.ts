import type { AttentionAttrs, RowFormat } from "@qkv/ops";
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
    const { dropout } = attrs as AttentionAttrs;
    withShape(heap, inputs as Inputs, attrs as AttentionAttrs, (shape, heads, work) => {
      const queries = q.shape[2] ?? 0;
      const parts = heap.kernels.attentionParts(queries);
      const args = [shape, ...[q, k, v, mask, bias, y, logSumExp].map((tensor) => at(heap, tensor))];
      heap.run(attentionKernel(heap, { queries, dropout }), args, {
        ...work,
        units: heads * parts,
        cost: work.cost / Math.max(parts, 1),
      });
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
 * Writes the data common to all heads for `readShape` of assembly/attention.ts, for as long as `run` takes.
 *
 * @param run gets its address, the number of heads of the whole batch, and the work of one
 */
function withShape(
  heap: Heap,
  inputs: Inputs,
  attrs: AttentionAttrs,
  run: (shape: number, heads: number, work: { readonly cost: number; readonly scratch: number }) => void,
): void {
  const [batch = 0, heads = 0, queries = 0, width = 0] = inputs.q.shape;
  const block = heap.output([ATTENTION_SHAPE_WORDS], "int32");
  try {
    const keys = inputs.k.shape[2] ?? 0;
    const [mask, bias] = [broadcastStrides(inputs.mask), broadcastStrides(inputs.bias)];
    writeAttentionShape(heap, heap.at(block), { ...attrs, queries, keys, width, heads, mask, bias });
    const cost = attentionCost(queries, keys, width);
    run(heap.at(block), batch * heads, { cost, scratch: heap.kernels.attentionScratch() });
  } finally {
    heap.backend.disposeData(block.dataId);
  }
}

/** The steps of a tensor's axes, [B, H, Q, K], in elements: 0 where it is broadcast. */
export type Strides = readonly [number, number, number, number];

/** Data common to all heads of one call. */
export interface AttentionShape extends AttentionAttrs {
  readonly queries: number;
  readonly keys: number;
  /** Rows of keys and values from head to head. Default as many as keys. */
  readonly capacity?: number;
  /** D */
  readonly width: number;
  /** Of a batch. */
  readonly heads: number;
  readonly mask: Strides;
  readonly bias: Strides;
  /** How keys and values are held. Default as floats. */
  readonly format?: RowFormat | undefined;
  /** Number of query heads that share a head of keys and values. Default 1. */
  readonly groupSize?: number;
  /** Number of keys, up to its own, that a query sees. Default all. */
  readonly window?: number | undefined;
  readonly softcap?: number | undefined;
  /** The address of the sinks, and their steps from head to head and from query to query. Default none. */
  readonly sinks?: { readonly address: number; readonly head: number; readonly query: number } | undefined;
}

/** Number of words that {@link writeAttentionShape} writes. */
export const ATTENTION_SHAPE_WORDS = 26;

/** Writes the numbers that `readShape` of assembly/attention.ts reads at `address`. */
export function writeAttentionShape(heap: Heap, address: number, shape: AttentionShape): void {
  const { queries, keys, width, heads, scale, causal, mask, bias, dropout } = shape;
  const { capacity = keys, groupSize = 1, window = 0, softcap = 0, sinks = { address: 0, head: 0, query: 0 } } = shape;
  const { first = 0, second = 0, threshold = 0, scale: keep = 0 } = dropout ?? {};
  const words = new Int32Array(heap.memory.buffer, address, ATTENTION_SHAPE_WORDS);
  const floats = new Float32Array(heap.memory.buffer, address, ATTENTION_SHAPE_WORDS);
  words.set([queries, keys, width, heads, 0, causal ? 1 : 0, ...mask, ...bias, first, second, threshold]);
  words.set([groupSize, window, 0, sinks.address, sinks.head, sinks.query, capacity, formatNumber(shape.format)], 18);
  floats[4] = scale;
  floats[17] = keep;
  floats[20] = softcap;
}

/** The number of a format in assembly/cachedRows.ts. */
export function formatNumber(format: RowFormat | undefined): number {
  return format === undefined ? 0 : format === "float16" ? 1 : 2;
}

const [TILE_ROWS, THIN_ROWS] = [120, 32]; // as in assembly/attention.ts and thin.ts

/**
 * The kernel of attention: the native one where it is there for all that is asked for. Not where the last tile has few queries,
 * whose products wasm sums in another order.
 */
export function attentionKernel(
  { native }: Heap,
  { queries, dropout, softcap, format }: Pick<AttentionShape, "queries" | "dropout" | "softcap" | "format">,
) {
  const last = queries % TILE_ROWS;
  const isPlain = dropout === undefined && (softcap ?? 0) === 0 && format === undefined;
  const isThere = native?.attention !== undefined && isPlain && (last === 0 || last > THIN_ROWS);
  return isThere ? "nativeAttention" : "attention";
}

/** Estimated nanoseconds of a head: a product and a half at 40 GFLOP/s, and an exponential. */
export function attentionCost(queries: number, keys: number, width: number): number {
  return queries * keys * (width / 25 + 1.5);
}

/** The strides of a tensor of rank 4, or of an absent one. */
export function broadcastStrides(tensor: tf.TensorInfo | undefined): Strides {
  const [b = 1, h = 1, q = 1, k = 1] = tensor?.shape.length === 4 ? tensor.shape : [];
  return [b === 1 ? 0 : h * q * k, h === 1 ? 0 : q * k, q === 1 ? 0 : k, k === 1 ? 0 : 1];
}

/** The address of a tensor, 0 of an absent mask or bias, which is [0]. */
function at(heap: Heap, tensor: tf.TensorInfo): number {
  return tensor.shape.length === 1 ? 0 : heap.at(tensor);
}
