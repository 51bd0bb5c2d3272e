import type { GraphBuilder } from "./graphBuilder.ts";
import { attend, layerNorm, linear, splitHeads } from "./layers.ts";

/** The size of a layer, and the names of its parts in the checkpoint. */
export interface PostNormLayer {
  readonly dModel: number;
  readonly numHeads: number;
  readonly epsilon: number;
  readonly names: Readonly<Record<"q" | "k" | "v" | "out" | "attentionNorm" | "fc1" | "fc2" | "ffnNorm", string>>;
}

/** BERT's layer: norms after the sums. x [B, L, E], bias [B, 1, 1, L] */
export function postNormLayer(graph: GraphBuilder, x: string, bias: string, layer: PostNormLayer): string {
  const { dModel, numHeads, epsilon, names } = layer;
  const headDim = dModel / numHeads;
  const heads = (name: string) => splitHeads(graph, linear(graph, x, name), numHeads, headDim);
  const pooled = attend(graph, heads(names.q), heads(names.k), heads(names.v), { scale: headDim ** -0.5, bias });
  const y = layerNorm(graph, graph.op("Add", [x, linear(graph, pooled, names.out)]), names.attentionNorm, epsilon);
  const inner = graph.op("Gelu", [linear(graph, y, names.fc1)]);
  return layerNorm(graph, graph.op("Add", [y, linear(graph, inner, names.fc2)]), names.ffnNorm, epsilon);
}

/** Rows of a table for ids, with those of positions from 0 and, where given, of segments, and a norm. */
export function textEmbeddings(
  graph: GraphBuilder,
  ids: string,
  names: { readonly words: string; readonly positions: string; readonly norm: string; readonly segments?: string },
  { segmentIds, epsilon }: { readonly segmentIds?: string; readonly epsilon: number },
): string {
  const words = graph.op("Gather", [graph.weight(names.words), ids]);
  const length = graph.op("Shape", [ids], { start: 1, end: 2 });
  const positions = graph.op("Slice", [graph.weight(names.positions), graph.ints([0]), length, graph.ints([0])]);
  const placed = graph.op("Add", [words, positions]);
  const summed =
    names.segments === undefined || segmentIds === undefined
      ? placed
      : graph.op("Add", [placed, graph.op("Gather", [graph.weight(names.segments), segmentIds])]);
  return layerNorm(graph, summed, names.norm, epsilon);
}
