import type { BlockSpec } from "@qkv/transformer";
import { OnnxError } from "../onnxError.ts";
import { type AttentionInputs, writeAttention } from "./attention.ts";
import type { GraphBuilder } from "./graphBuilder.ts";
import { writeFeedForward, writeNorm } from "./sublayers.ts";

/** A transformer layer of any placement of norms, as `Block` of `@qkv/transformer` runs it: [B, L, E] -> [B, L, E]. */
export function writeBlock(
  graph: GraphBuilder,
  x: string,
  path: string,
  spec: BlockSpec,
  inputs: AttentionInputs,
): string {
  const { dModel, norm, parallel, selfAttn, crossAttn, ffn, layerScale, branchScale = 1 } = spec;
  for (const [name, value] of Object.entries({ layerScale, crossAttn })) {
    if (value !== undefined) throw new OnnxError(`exportOnnx: expected layers without ${name}, got one with it`);
  }
  const normed = (value: string, name: string) => writeNorm(graph, value, `${path}.${name}`, norm);
  const branch = (value: string) => (branchScale === 1 ? value : graph.op("Mul", [value, graph.number(branchScale)]));
  const add = (a: string, b: string) => graph.op("Add", [a, b]);
  const attend = (value: string) => writeAttention(graph, value, `${path}.selfAttn`, selfAttn, dModel, inputs);
  const feed = (value: string) => writeFeedForward(graph, value, `${path}.ffn`, ffn);
  if (parallel !== undefined) {
    const read = normed(x, "selfAttnNorm");
    const sum = add(x, branch(attend(read)));
    return add(sum, branch(feed(parallel === "sharedNorm" ? read : normed(x, "ffnNorm"))));
  }
  const { placement } = norm;
  const residual = (value: string, name: "selfAttn" | "ffn", sublayer: (value: string) => string) => {
    const isRead = name === "ffn" || (selfAttn.isNormed ?? true);
    let y = sublayer((placement === "pre" || placement === "both") && isRead ? normed(value, `${name}Norm`) : value);
    if (placement === "both") y = normed(y, `${name}PostNorm`);
    if (placement === "branch") y = normed(y, `${name}Norm`);
    const sum = add(value, branch(y));
    return placement === "post" ? normed(sum, `${name}Norm`) : sum;
  };
  return residual(residual(x, "selfAttn", attend), "ffn", feed);
}
