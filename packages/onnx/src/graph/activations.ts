import type { Activation } from "@qkv/ops";
import { OnnxError } from "../onnxError.ts";
import type { GraphBuilder } from "./graphBuilder.ts";

type Writer = (graph: GraphBuilder, x: string) => string;

const sigmoidOf =
  (factor: number): Writer =>
  (graph, x) => {
    const scaled = factor === 1 ? x : graph.op("Mul", [x, graph.number(factor)]);
    return graph.op("Mul", [x, graph.op("Sigmoid", [scaled])]);
  };

const WRITERS: Partial<Record<Activation, Writer>> = {
  gelu: (graph, x) => graph.op("Gelu", [x]),
  geluTanh: (graph, x) => graph.op("Gelu", [x], { approximate: { string: "tanh" } }),
  hardSwish: (graph, x) => graph.op("HardSwish", [x]),
  linear: (_, x) => x,
  mish: (graph, x) => graph.op("Mish", [x]),
  quickGelu: sigmoidOf(1.702),
  relu: (graph, x) => graph.op("Relu", [x]),
  relu6: (graph, x) => graph.op("Clip", [x, graph.number(0), graph.number(6)]),
  reluSquared: (graph, x) => {
    const positive = graph.op("Relu", [x]);
    return graph.op("Mul", [positive, positive]);
  },
  sigmoid: (graph, x) => graph.op("Sigmoid", [x]),
  silu: sigmoidOf(1),
  tanh: (graph, x) => graph.op("Tanh", [x]),
};

/** Applies an activation. @throws OnnxError for one that is not written here */
export function writeActivation(graph: GraphBuilder, x: string, activation: Activation): string {
  const write = WRITERS[activation];
  if (write !== undefined) return write(graph, x);
  const known = Object.keys(WRITERS).join(", ");
  throw new OnnxError(`exportOnnx: expected an activation of ${known}, got ${activation}`);
}
