import type { GraphBuilder } from "./graphBuilder.ts";

/** [B, S] of 1 and 0 -> [B, 1, 1, S] of 0 and a number that vanishes in a softmax. */
export function maskBias(graph: GraphBuilder, mask: string): string {
  const kept = graph.op("Cast", [graph.op("Unsqueeze", [mask, graph.ints([1, 2])])], { to: 1 });
  const hidden = graph.op("Sub", [graph.constant(Float32Array.of(1), []), kept]);
  return graph.op("Mul", [hidden, graph.constant(Float32Array.of(-1e9), [])]);
}
