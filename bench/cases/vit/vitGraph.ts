import type { StateDict } from "@qkv/nn";
import type { VitConfig } from "@qkv/vit";
import { GraphBuilder } from "../../onnx/graphBuilder.ts";
import { attend, layerNorm, linear, splitHeads } from "../../onnx/layers.ts";

/** `ViTForImageClassification` as an ONNX file for one image: pixel_values [1, 3, H, W] -> logits [1, classes]. */
export function vitModel(
  state: StateDict,
  {
    dModel,
    numHeads,
    numLayers,
    imageSize,
    patchSize,
    layerNormEps,
    labels,
  }: VitConfig & { labels: readonly string[] },
): Uint8Array {
  const graph = new GraphBuilder(state);
  const [height, width] = imageSize;
  const patches = (height / patchSize[0]) * (width / patchSize[1]);
  const pixels = graph.input("pixel_values", "float", [1, 3, height, width]);
  const projection = "vit.embeddings.patch_embeddings.projection";
  const grid = graph.op("Conv", [pixels, graph.weight(`${projection}.weight`), graph.weight(`${projection}.bias`)], {
    kernel_shape: [...patchSize],
    strides: [...patchSize],
  });
  const flat = graph.op("Reshape", [grid, graph.ints([1, dModel, patches])]);
  const rows = graph.op("Transpose", [flat], { perm: [0, 2, 1] });
  const tokens = graph.op("Concat", [graph.weight("vit.embeddings.cls_token"), rows], { axis: 1 });
  let x = graph.op("Add", [tokens, graph.weight("vit.embeddings.position_embeddings")]);
  for (let i = 0; i < numLayers; i++) {
    const name = `vit.encoder.layer.${i}`;
    const headDim = dModel / numHeads;
    const h = layerNorm(graph, x, `${name}.layernorm_before`, layerNormEps);
    const [q, k, v] = ["query", "key", "value"].map((part) =>
      splitHeads(graph, linear(graph, h, `${name}.attention.attention.${part}`), numHeads, headDim),
    ) as [string, string, string];
    x = graph.op("Add", [
      x,
      linear(graph, attend(graph, q, k, v, { scale: headDim ** -0.5 }), `${name}.attention.output.dense`),
    ]);

    const normed = layerNorm(graph, x, `${name}.layernorm_after`, layerNormEps);
    const inner = graph.op("Gelu", [linear(graph, normed, `${name}.intermediate.dense`)]);
    x = graph.op("Add", [x, linear(graph, inner, `${name}.output.dense`)]);
  }
  const normed = layerNorm(graph, x, "vit.layernorm", layerNormEps);
  const first = graph.op("Gather", [normed, graph.ints(0)], { axis: 1 }); // [1, E], of the class token
  graph.output("logits", linear(graph, first, "classifier"), [1, labels.length]);
  return graph.encode();
}
