import type { GraphBuilder } from "./graphBuilder.ts";

// Values are [B, L, E] unless said otherwise; names are those of a checkpoint's arrays.

/** x Wᵀ + b. */
export function linear(graph: GraphBuilder, x: string, name: string): string {
  return graph.op("Add", [product(graph, x, name), graph.weight(`${name}.bias`)]);
}

/** x Wᵀ. */
export function product(graph: GraphBuilder, x: string, name: string): string {
  return graph.op("MatMul", [x, graph.weight(`${name}.weight`, true)]);
}

/** LayerNorm over the last axis. */
export function layerNorm(graph: GraphBuilder, x: string, name: string, epsilon: number): string {
  const inputs = [x, graph.weight(`${name}.weight`), graph.weight(`${name}.bias`)];
  return graph.op("LayerNormalization", inputs, { axis: -1, epsilon: { float: epsilon } });
}

/** [B, L, E] -> [B, H, L, D] */
export function splitHeads(graph: GraphBuilder, x: string, heads: number, headDim: number): string {
  const split = graph.op("Reshape", [x, graph.ints([0, 0, heads, headDim])]);
  return graph.op("Transpose", [split], { perm: [0, 2, 1, 3] });
}

/** softmax(q kᵀ scale + bias) v, with the heads put back side by side. q, k, v [B, H, L, D] */
export function attend(
  graph: GraphBuilder,
  q: string,
  k: string,
  v: string,
  { scale, bias }: { readonly scale?: number; readonly bias?: string | undefined },
): string {
  const keys = graph.op("Transpose", [k], { perm: [0, 1, 3, 2] });
  const products = graph.op("MatMul", [q, keys]);
  const scores =
    scale === undefined ? products : graph.op("Mul", [products, graph.constant(Float32Array.of(scale), [])]);
  const shifted = bias === undefined ? scores : graph.op("Add", [scores, bias]);
  const pooled = graph.op("MatMul", [graph.op("Softmax", [shifted], { axis: -1 }), v]);
  const merged = graph.op("Transpose", [pooled], { perm: [0, 2, 1, 3] });
  return graph.op("Reshape", [merged, graph.ints([0, 0, -1])]);
}
