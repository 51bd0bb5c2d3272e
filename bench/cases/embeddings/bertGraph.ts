import type { StateDict } from "@qkv/nn";
import type { BertConfig } from "@qkv/transformer";
import { GraphBuilder } from "../../onnx/graphBuilder.ts";
import { maskBias } from "../../onnx/maskBias.ts";
import { postNormLayer, textEmbeddings } from "../../onnx/postNormLayer.ts";

const SHAPE = ["batch_size", "sequence_length"];

/** `BertModel` as an ONNX file with the inputs and outputs of Hugging Face's optimum: ids to the last hidden state. */
export function bertModel(state: StateDict, { dModel, numHeads, numLayers, normEps: epsilon }: BertConfig): Uint8Array {
  const graph = new GraphBuilder(state);
  const ids = graph.input("input_ids", "int64", SHAPE);
  const mask = graph.input("attention_mask", "int64", SHAPE);
  const segmentIds = graph.input("token_type_ids", "int64", SHAPE);
  const bias = maskBias(graph, mask);
  let x = textEmbeddings(graph, ids, NAMES, { segmentIds, epsilon });
  for (let i = 0; i < numLayers; i++) {
    x = postNormLayer(graph, x, bias, { dModel, numHeads, epsilon, names: layerNames(`encoder.layer.${i}`) });
  }
  graph.output("last_hidden_state", x, [...SHAPE, dModel]);
  return graph.encode();
}

const NAMES = {
  words: "embeddings.word_embeddings.weight",
  positions: "embeddings.position_embeddings.weight",
  segments: "embeddings.token_type_embeddings.weight",
  norm: "embeddings.LayerNorm",
};

const layerNames = (name: string) => ({
  q: `${name}.attention.self.query`,
  k: `${name}.attention.self.key`,
  v: `${name}.attention.self.value`,
  out: `${name}.attention.output.dense`,
  attentionNorm: `${name}.attention.output.LayerNorm`,
  fc1: `${name}.intermediate.dense`,
  fc2: `${name}.output.dense`,
  ffnNorm: `${name}.output.LayerNorm`,
});
