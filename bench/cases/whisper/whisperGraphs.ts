import type { StateDict } from "@qkv/nn";
import type { WhisperConfig } from "@qkv/transformer";
import { CachedDecoder } from "../../onnx/cachedDecoder.ts";
import { GraphBuilder } from "../../onnx/graphBuilder.ts";
import { attend, layerNorm, linear, product, splitHeads } from "../../onnx/layers.ts";

const EPSILON = 1e-5;
const BATCH = "batch_size";
const TABLE = "model.decoder.embed_tokens.weight";

/** `encoder_model.onnx`: a log-mel spectrogram to the last hidden state. */
export function encoderModel(state: StateDict, config: WhisperConfig): Uint8Array {
  const graph = new GraphBuilder(state);
  const { dModel, encoderHeads: heads, encoderLayers, numMelBins, maxSourcePositions: length } = config;
  const features = graph.input("input_features", "float", [BATCH, numMelBins, 2 * length]);
  const heard = convolution(graph, convolution(graph, features, "conv1", 1), "conv2", 2);
  const rows = graph.op("Transpose", [heard], { perm: [0, 2, 1] });
  let x = graph.op("Add", [rows, graph.weight("model.encoder.embed_positions.weight")]);
  for (let i = 0; i < encoderLayers; i++) {
    const name = `model.encoder.layers.${i}`;
    const h = layerNorm(graph, x, `${name}.self_attn_layer_norm`, EPSILON);
    const [k, v] = keysAndValues(graph, h, `${name}.self_attn`, heads, dModel / heads);
    x = graph.op("Add", [x, attention(graph, h, k, v, `${name}.self_attn`, heads, dModel / heads)]);
    x = graph.op("Add", [x, feedForward(graph, x, name)]);
  }
  graph.output("last_hidden_state", layerNorm(graph, x, "model.encoder.layer_norm", EPSILON), [BATCH, length, dModel]);
  return graph.encode();
}

/** `decoder_model_merged.onnx`: the logits after one more token. */
export function decoderModel(state: StateDict, config: WhisperConfig): Uint8Array {
  const graph = new GraphBuilder(state);
  const { dModel, decoderHeads: heads, decoderLayers: layers, vocabSize } = config;
  const headDim = dModel / heads;
  const decoder = new CachedDecoder(graph, { layers, heads, headDim, dModel });
  const positions = graph.weight("model.decoder.embed_positions.weight");
  const position = graph.op("Gather", [positions, decoder.pastLength]); // [1, E]
  let x = graph.op("Add", [graph.op("Gather", [graph.weight(TABLE), decoder.ids]), position]);
  for (let i = 0; i < layers; i++) {
    const name = `model.decoder.layers.${i}`;
    const h = layerNorm(graph, x, `${name}.self_attn_layer_norm`, EPSILON);
    const [k, v] = decoder.append(i, keysAndValues(graph, h, `${name}.self_attn`, heads, headDim));
    x = graph.op("Add", [x, attention(graph, h, k, v, `${name}.self_attn`, heads, headDim)]);

    const inner = layerNorm(graph, x, `${name}.encoder_attn_layer_norm`, EPSILON);
    const [memoryKeys, memoryValues] = decoder.keepMemory(i, (inside) =>
      keysAndValues(inside, decoder.memory, `${name}.encoder_attn`, heads, headDim),
    );
    x = graph.op("Add", [x, attention(graph, inner, memoryKeys, memoryValues, `${name}.encoder_attn`, heads, headDim)]);
    x = graph.op("Add", [x, feedForward(graph, x, name)]);
  }
  decoder.giveLogits(layerNorm(graph, x, "model.decoder.layer_norm", EPSILON), { table: TABLE, vocabSize });
  return graph.encode();
}

/** A convolution over time with GELU: [B, I, T] -> [B, O, T / stride] */
function convolution(graph: GraphBuilder, x: string, part: string, stride: number): string {
  const name = `model.encoder.${part}`;
  const inputs = [x, graph.weight(`${name}.weight`), graph.weight(`${name}.bias`)];
  return graph.op("Gelu", [graph.op("Conv", inputs, { kernel_shape: [3], strides: [stride], pads: [1, 1] })]);
}

function keysAndValues(graph: GraphBuilder, x: string, name: string, heads: number, headDim: number): [string, string] {
  return [
    splitHeads(graph, product(graph, x, `${name}.k_proj`), heads, headDim), // Whisper's keys have no bias
    splitHeads(graph, linear(graph, x, `${name}.v_proj`), heads, headDim),
  ];
}

function attention(
  graph: GraphBuilder,
  x: string,
  keys: string,
  values: string,
  name: string,
  heads: number,
  headDim: number,
): string {
  const q = splitHeads(graph, linear(graph, x, `${name}.q_proj`), heads, headDim);
  return linear(graph, attend(graph, q, keys, values, { scale: headDim ** -0.5 }), `${name}.out_proj`);
}

function feedForward(graph: GraphBuilder, x: string, name: string): string {
  const h = layerNorm(graph, x, `${name}.final_layer_norm`, EPSILON);
  return linear(graph, graph.op("Gelu", [linear(graph, h, `${name}.fc1`)]), `${name}.fc2`);
}
