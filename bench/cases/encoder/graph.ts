import type { StateDict } from "@qkv/nn";
import { GraphBuilder } from "../../onnx/graphBuilder.ts";
import { attend, layerNorm, linear, splitHeads } from "../../onnx/layers.ts";
import { type EncoderSize, EPSILON } from "./size.ts";

/** The encoder as an ONNX file, with fixed sizes so that nothing has to be found out while it runs. */
export function encoderModel(state: StateDict, { layers, dModel, heads, length }: EncoderSize): Uint8Array {
  const graph = new GraphBuilder(state);
  const headDim = dModel / heads;
  let x = graph.input("x", "float", [1, length, dModel]);
  for (let i = 0; i < layers; i++) {
    const name = `layers.${i}`;
    const h = layerNorm(graph, x, `${name}.selfAttnNorm`, EPSILON);
    const [q, k, v] = ["qProj", "kProj", "vProj"].map((projection) =>
      splitHeads(graph, linear(graph, h, `${name}.selfAttn.${projection}`), heads, headDim),
    ) as [string, string, string];
    x = graph.op("Add", [
      x,
      linear(graph, attend(graph, q, k, v, { scale: headDim ** -0.5 }), `${name}.selfAttn.outProj`),
    ]);

    const inner = linear(graph, layerNorm(graph, x, `${name}.ffnNorm`, EPSILON), `${name}.ffn.fc1`);
    x = graph.op("Add", [x, linear(graph, graph.op("Gelu", [inner]), `${name}.ffn.fc2`)]);
  }
  graph.output("y", x, [1, length, dModel]);
  return graph.encode();
}
