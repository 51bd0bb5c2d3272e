import type { FeedForwardSpec, NormSpec } from "@qkv/transformer";
import { OnnxError } from "../onnxError.ts";
import { writeActivation } from "./activations.ts";
import type { GraphBuilder } from "./graphBuilder.ts";

/** A norm over the last axis: [..., E] -> [..., E]. */
export function writeNorm(
  graph: GraphBuilder,
  x: string,
  path: string,
  { kind, eps, unitOffset }: Pick<NormSpec, "kind" | "eps" | "unitOffset">,
): string {
  const weight = graph.weight(`${path}.weight`);
  if (kind === "layerNorm") {
    const bias = graph.has(`${path}.bias`) ? [graph.weight(`${path}.bias`)] : [];
    return graph.op("LayerNormalization", [x, weight, ...bias], { axis: -1, epsilon: { float: eps } });
  }
  const squares = graph.op("ReduceMean", [graph.op("Mul", [x, x]), graph.ints([-1])], { keepdims: 1 });
  const root = graph.op("Sqrt", [graph.op("Add", [squares, graph.number(eps)])]);
  const factor = unitOffset ? graph.op("Add", [weight, graph.number(1)]) : weight;
  return graph.op("Mul", [graph.op("Div", [x, root]), factor]);
}

/** A linear map: [..., I] -> [..., O], with its bias if it has one. */
export function writeLinear(graph: GraphBuilder, x: string, path: string): string {
  const product = graph.op("MatMul", [x, graph.transposed(`${path}.weight`)]);
  return graph.has(`${path}.bias`) ? graph.op("Add", [product, graph.weight(`${path}.bias`)]) : product;
}

/** A feed-forward: [B, L, E] -> [B, L, E]. @throws OnnxError for a mixture of experts */
export function writeFeedForward(graph: GraphBuilder, x: string, path: string, spec: FeedForwardSpec): string {
  const { kind, activation, dim } = spec;
  if (kind === "mlp") {
    const hidden = writeActivation(graph, writeLinear(graph, x, `${path}.fc1`), activation);
    return writeLinear(graph, hidden, `${path}.fc2`);
  }
  if (kind === "experts") {
    throw new OnnxError("exportOnnx: expected feed-forwards without experts, got a mixture of experts");
  }
  const [gate = "", up = ""] =
    kind === "gated"
      ? ["gateProj", "upProj"].map((name) => writeLinear(graph, x, `${path}.${name}`))
      : graph.ops("Split", [writeLinear(graph, x, `${path}.gateUpProj`), graph.ints([dim, dim])], 2, { axis: -1 });
  const hidden = graph.op("Mul", [writeActivation(graph, gate, activation), up]);
  return writeLinear(graph, hidden, `${path}.downProj`);
}
