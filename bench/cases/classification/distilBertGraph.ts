import type { StateDict } from "@qkv/nn";
import type { DistilBertConfig } from "@qkv/transformer";
import { GraphBuilder } from "../../onnx/graphBuilder.ts";
import { linear } from "../../onnx/layers.ts";
import { maskBias } from "../../onnx/maskBias.ts";
import { postNormLayer, textEmbeddings } from "../../onnx/postNormLayer.ts";

const SHAPE = ["batch_size", "sequence_length"];
const EPSILON = 1e-12;

/** `DistilBertForSequenceClassification` as an ONNX file: ids to the logits of classes. */
export function distilBertModel(
  state: StateDict,
  { dModel, numHeads, numLayers, labels }: DistilBertConfig & { readonly labels: readonly string[] },
): Uint8Array {
  const graph = new GraphBuilder(state);
  const ids = graph.input("input_ids", "int64", SHAPE);
  const mask = graph.input("attention_mask", "int64", SHAPE);
  const bias = maskBias(graph, mask);
  let x = textEmbeddings(graph, ids, NAMES, { epsilon: EPSILON });
  for (let i = 0; i < numLayers; i++) {
    const names = layerNames(`distilbert.transformer.layer.${i}`);
    x = postNormLayer(graph, x, bias, { dModel, numHeads, epsilon: EPSILON, names });
  }
  const first = graph.op("Gather", [x, graph.ints(0)], { axis: 1 }); // [B, E], of [CLS]
  const pooled = graph.op("Relu", [linear(graph, first, "pre_classifier")]);
  graph.output("logits", linear(graph, pooled, "classifier"), ["batch_size", labels.length]);
  return graph.encode();
}

const NAMES = {
  words: "distilbert.embeddings.word_embeddings.weight",
  positions: "distilbert.embeddings.position_embeddings.weight",
  norm: "distilbert.embeddings.LayerNorm",
};

const layerNames = (name: string) => ({
  q: `${name}.attention.q_lin`,
  k: `${name}.attention.k_lin`,
  v: `${name}.attention.v_lin`,
  out: `${name}.attention.out_lin`,
  attentionNorm: `${name}.sa_layer_norm`,
  fc1: `${name}.ffn.lin1`,
  fc2: `${name}.ffn.lin2`,
  ffnNorm: `${name}.output_layer_norm`,
});
