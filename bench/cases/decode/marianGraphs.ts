import { sinusoidalPositions } from "@qkv/attention";
import type { StateDict } from "@qkv/nn";
import type { MarianConfig } from "@qkv/transformer";
import { CachedDecoder } from "../../onnx/cachedDecoder.ts";
import { GraphBuilder } from "../../onnx/graphBuilder.ts";
import { attend, layerNorm, linear, splitHeads } from "../../onnx/layers.ts";
import { maskBias } from "../../onnx/maskBias.ts";

// The two files that transformers.js opens for an encoder-decoder, with the inputs and outputs of Hugging Face's optimum
// (https://huggingface.co/docs/optimum-onnx): everything is computed once, the decoder remembers what it has seen.

const EPSILON = 1e-5;
const BATCH = "batch_size";
const TABLE = "model.shared.weight";

/** `encoder_model.onnx`: ids and their mask to the last hidden state. */
export function encoderModel(state: StateDict, config: MarianConfig): Uint8Array {
  const graph = new GraphBuilder(state);
  const ids = graph.input("input_ids", "int64", [BATCH, "encoder_sequence_length"]);
  const mask = graph.input("attention_mask", "int64", [BATCH, "encoder_sequence_length"]);
  const bias = maskBias(graph, mask);
  const { dModel, encoderHeads: heads } = config;
  let x = embed(graph, config, ids);
  for (let i = 0; i < config.encoderLayers; i++) {
    const name = `model.encoder.layers.${i}`;
    const [k, v] = keysAndValues(graph, x, `${name}.self_attn`, heads, dModel / heads);
    x = after(
      graph,
      x,
      attention(graph, x, k, v, `${name}.self_attn`, config, heads, bias),
      `${name}.self_attn_layer_norm`,
    );
    x = after(graph, x, feedForward(graph, x, name, config), `${name}.final_layer_norm`);
  }
  graph.output("last_hidden_state", x, [BATCH, "encoder_sequence_length", dModel]);
  return graph.encode();
}

/** `decoder_model_merged.onnx`: the logits after one more token. */
export function decoderModel(state: StateDict, config: MarianConfig): Uint8Array {
  const graph = new GraphBuilder(state);
  const { dModel, decoderHeads: heads, decoderLayers: layers, decoderVocabSize: vocabSize } = config;
  const headDim = dModel / heads;
  const mask = graph.input("encoder_attention_mask", "int64", [BATCH, "encoder_sequence_length"]);
  const decoder = new CachedDecoder(graph, { layers, heads, headDim, dModel });
  const bias = maskBias(graph, mask);
  let x = embed(graph, config, decoder.ids, decoder.pastLength);
  for (let i = 0; i < layers; i++) {
    const name = `model.decoder.layers.${i}`;
    const [k, v] = decoder.append(i, keysAndValues(graph, x, `${name}.self_attn`, heads, headDim));
    x = after(graph, x, attention(graph, x, k, v, `${name}.self_attn`, config, heads), `${name}.self_attn_layer_norm`);
    const [memoryKeys, memoryValues] = decoder.keepMemory(i, (inside) =>
      keysAndValues(inside, decoder.memory, `${name}.encoder_attn`, heads, headDim),
    );
    const cross = attention(graph, x, memoryKeys, memoryValues, `${name}.encoder_attn`, config, heads, bias);
    x = after(graph, x, cross, `${name}.encoder_attn_layer_norm`);
    x = after(graph, x, feedForward(graph, x, name, config), `${name}.final_layer_norm`);
  }
  decoder.giveLogits(x, { table: TABLE, vocabSize, bias: "final_logits_bias" });
  return graph.encode();
}

function embed(
  graph: GraphBuilder,
  { dModel, scaleEmbedding, maxPositions }: MarianConfig,
  ids: string,
  offset?: string,
): string {
  const rows = graph.op("Gather", [graph.weight(TABLE), ids]);
  const scale = graph.constant(Float32Array.of(scaleEmbedding ? Math.sqrt(dModel) : 1), []);
  const table = graph.constant(sinusoidalPositions(maxPositions, dModel, { layout: "halves" }), [maxPositions, dModel]);
  const from = offset ?? graph.ints([0]);
  const to = graph.op("Add", [from, graph.op("Shape", [ids], { start: 1, end: 2 })]);
  const positions = graph.op("Slice", [table, from, to, graph.ints([0])]);
  return graph.op("Add", [graph.op("Mul", [rows, scale]), positions]);
}

function keysAndValues(graph: GraphBuilder, x: string, name: string, heads: number, headDim: number): [string, string] {
  return [
    splitHeads(graph, linear(graph, x, `${name}.k_proj`), heads, headDim),
    splitHeads(graph, linear(graph, x, `${name}.v_proj`), heads, headDim),
  ];
}

function attention(
  graph: GraphBuilder,
  x: string,
  keys: string,
  values: string,
  name: string,
  { dModel }: MarianConfig,
  heads: number,
  bias?: string,
): string {
  const q = splitHeads(graph, linear(graph, x, `${name}.q_proj`), heads, dModel / heads);
  return linear(graph, attend(graph, q, keys, values, { scale: (dModel / heads) ** -0.5, bias }), `${name}.out_proj`);
}

function feedForward(graph: GraphBuilder, x: string, name: string, { activation }: MarianConfig): string {
  return linear(graph, activate(graph, linear(graph, x, `${name}.fc1`), activation), `${name}.fc2`);
}

function activate(graph: GraphBuilder, x: string, activation: MarianConfig["activation"]): string {
  if (activation === "relu") return graph.op("Relu", [x]);
  if (activation === "silu") return graph.op("Mul", [x, graph.op("Sigmoid", [x])]);
  throw new RangeError(`marianGraphs: expected relu or silu, got ${activation}`);
}

function after(graph: GraphBuilder, x: string, y: string, name: string): string {
  return layerNorm(graph, graph.op("Add", [x, y]), name, EPSILON);
}
