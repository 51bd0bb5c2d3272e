import type { AttentionSpec } from "@qkv/transformer";
import { OnnxError } from "../onnxError.ts";
import type { GraphBuilder } from "./graphBuilder.ts";
import type { RotaryWriter } from "./rotary.ts";
import { writeLinear, writeNorm } from "./sublayers.ts";

/** Sizes of the heads of an attention. */
export interface HeadSizes {
  /** H */
  readonly numHeads: number;
  /** G, of keys and values */
  readonly numKeyValueHeads: number;
  /** D */
  readonly headDim: number;
}

/** What an attention of a graph reads beside its input. */
export interface AttentionInputs {
  /** Score to add, 0 at keys that are seen: [B, 1, Q, K] */
  readonly mask: string;
  readonly rotary: RotaryWriter;
  /** Keys and values before, [B, G, P, D] each, and what takes all of them. */
  readonly cache?: {
    readonly past: readonly [keys: string, values: string];
    readonly keep: (keys: string, values: string) => void;
  };
}

/** The sizes of a spec's heads. */
export function headSizesOf(spec: AttentionSpec, dModel: number): HeadSizes {
  const { numHeads, numKeyValueHeads = numHeads, headDim = dModel / numHeads } = spec;
  return { numHeads, numKeyValueHeads, headDim };
}

/** Refuses what is not written here. @throws OnnxError naming the field */
export function checkAttention({ score, sinks }: AttentionSpec): void {
  for (const [name, value] of Object.entries({ score, sinks })) {
    if (value) throw new OnnxError(`exportOnnx: expected attention without ${name}, got one with it`);
  }
}

/** Self-attention: [B, Q, E] -> [B, Q, E]. */
export function writeAttention(
  graph: GraphBuilder,
  x: string,
  path: string,
  spec: AttentionSpec,
  dModel: number,
  { mask, rotary, cache }: AttentionInputs,
): string {
  checkAttention(spec);
  const sizes = headSizesOf(spec, dModel);
  const { numHeads, numKeyValueHeads, headDim } = sizes;
  const { qkNorm, scale = headDim ** -0.5, softcap, rotary: positions } = spec;
  const heads = (projection: "q" | "k" | "v", count: number) => {
    let value = writeLinear(graph, x, `${path}.${projection}Proj`);
    const norm = projection === "v" ? undefined : qkNorm;
    if (norm?.isAcross) value = writeNorm(graph, value, `${path}.${projection}Norm`, norm);
    value = graph.op("Transpose", [graph.op("Reshape", [value, graph.ints([0, 0, count, headDim])])], {
      perm: [0, 2, 1, 3],
    });
    if (norm !== undefined && !norm.isAcross) value = writeNorm(graph, value, `${path}.${projection}Norm`, norm);
    return projection === "v" || positions === undefined ? value : rotary.rotate(value, positions, headDim);
  };
  const queries = heads("q", numHeads);
  let [keys, values] = [heads("k", numKeyValueHeads), heads("v", numKeyValueHeads)];
  if (cache !== undefined) {
    [keys, values] = [
      graph.op("Concat", [cache.past[0], keys], { axis: 2 }),
      graph.op("Concat", [cache.past[1], values], { axis: 2 }),
    ];
    cache.keep(keys, values);
  }
  const [allKeys, allValues] = [repeated(graph, keys, sizes), repeated(graph, values, sizes)];
  const scaled = graph.op("Mul", [queries, graph.number(scale)]);
  let scores = graph.op("MatMul", [scaled, graph.op("Transpose", [allKeys], { perm: [0, 1, 3, 2] })]);
  if (softcap !== undefined) {
    const cap = graph.number(softcap);
    scores = graph.op("Mul", [graph.op("Tanh", [graph.op("Div", [scores, cap])]), cap]);
  }
  const probabilities = graph.op("Softmax", [graph.op("Add", [scores, mask])], { axis: -1 });
  const pooled = graph.op("Transpose", [graph.op("MatMul", [probabilities, allValues])], { perm: [0, 2, 1, 3] });
  const merged = graph.op("Reshape", [pooled, graph.ints([0, 0, numHeads * headDim])]);
  return writeLinear(graph, merged, `${path}.outProj`);
}

/** Each head of keys or values for all heads of queries that read it: [B, G, K, D] -> [B, H, K, D]. */
function repeated(graph: GraphBuilder, x: string, { numHeads, numKeyValueHeads, headDim }: HeadSizes): string {
  const times = numHeads / numKeyValueHeads;
  if (times === 1) return x;
  const spread = graph.op("Expand", [graph.op("Unsqueeze", [x, graph.ints([2])]), graph.ints([1, 1, times, 1, 1])]);
  const [batch, keys] = [0, 2].map((axis) => graph.op("Shape", [x], { start: axis, end: axis + 1 })) as [
    string,
    string,
  ];
  const shape = graph.op("Concat", [batch, graph.ints([numHeads]), keys, graph.ints([headDim])], { axis: 0 });
  return graph.op("Reshape", [spread, shape]);
}
