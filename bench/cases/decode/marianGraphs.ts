import { sinusoidalPositions } from "@qkv/attention";
import type { StateDict } from "@qkv/nn";
import type { MarianConfig } from "@qkv/transformer";
import { GraphBuilder } from "../../onnx/graphBuilder.ts";
import { attend, layerNorm, linear, splitHeads } from "../../onnx/layers.ts";

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
  const bias = biasOf(graph, mask);
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

/**
 * `decoder_model_merged.onnx`: the logits after one more token. The source's keys and values are computed when
 * `use_cache_branch` is false, and taken from the past when it is true.
 */
export function decoderModel(state: StateDict, config: MarianConfig): Uint8Array {
  const graph = new GraphBuilder(state);
  const { dModel, decoderHeads: heads, decoderVocabSize } = config;
  const headDim = dModel / heads;
  const mask = graph.input("encoder_attention_mask", "int64", [BATCH, "encoder_sequence_length"]);
  const ids = graph.input("input_ids", "int64", [BATCH, "decoder_sequence_length"]);
  const memory = graph.input("encoder_hidden_states", "float", [BATCH, "encoder_sequence_length", dModel]);
  const past = (name: string, length: string) => graph.input(name, "float", [BATCH, heads, length, headDim]);
  const pasts = Array.from({ length: config.decoderLayers }, (_, i) => ({
    keys: past(`past_key_values.${i}.decoder.key`, "past_decoder_sequence_length"),
    values: past(`past_key_values.${i}.decoder.value`, "past_decoder_sequence_length"),
    memoryKeys: past(`past_key_values.${i}.encoder.key`, "encoder_sequence_length_out"),
    memoryValues: past(`past_key_values.${i}.encoder.value`, "encoder_sequence_length_out"),
  }));
  const cached = graph.input("use_cache_branch", "bool", [1]);

  const offset = graph.op("Shape", [pasts[0]?.keys ?? ""], { start: 2, end: 3 });
  const bias = biasOf(graph, mask);
  let x = embed(graph, config, ids, offset);
  for (const [i, { keys, values, memoryKeys, memoryValues }] of pasts.entries()) {
    const name = `model.decoder.layers.${i}`;
    const [newKeys, newValues] = keysAndValues(graph, x, `${name}.self_attn`, heads, headDim);
    const k = graph.op("Concat", [keys, newKeys], { axis: 2 });
    const v = graph.op("Concat", [values, newValues], { axis: 2 });
    x = after(graph, x, attention(graph, x, k, v, `${name}.self_attn`, config, heads), `${name}.self_attn_layer_norm`);

    const shape = [BATCH, heads, "encoder_sequence_length_out", headDim];
    const none = graph.constant(new Float32Array(0), [0, heads, 1, headDim]); // transformers.js keeps those it has
    const [crossKeys, crossValues, presentKeys, presentValues] = graph.ops("If", [cached], 4, {
      then_branch: {
        graph: graph.branch(() => [memoryKeys, memoryValues, none, none], shape),
      },
      else_branch: {
        graph: graph.branch((inside) => {
          const made = keysAndValues(inside, memory, `${name}.encoder_attn`, heads, headDim);
          return [...made, ...made];
        }, shape),
      },
    }) as [string, string, string, string];
    const cross = attention(graph, x, crossKeys, crossValues, `${name}.encoder_attn`, config, heads, bias);
    x = after(graph, x, cross, `${name}.encoder_attn_layer_norm`);
    x = after(graph, x, feedForward(graph, x, name, config), `${name}.final_layer_norm`);

    const present = [BATCH, heads, "past_decoder_sequence_length + 1", headDim];
    graph.output(`present.${i}.decoder.key`, k, present);
    graph.output(`present.${i}.decoder.value`, v, present);
    graph.output(`present.${i}.encoder.key`, presentKeys, shape);
    graph.output(`present.${i}.encoder.value`, presentValues, shape);
  }

  const rows = graph.op("Reshape", [x, graph.ints([-1, dModel])]);
  const logits = graph.op("Gemm", [rows, graph.weight(TABLE), graph.weight("final_logits_bias")], { transB: 1 });
  const leading = graph.op("Shape", [ids]);
  const shape = graph.op("Concat", [leading, graph.ints([decoderVocabSize])], { axis: 0 });
  graph.output("logits", graph.op("Reshape", [logits, shape]), [BATCH, "decoder_sequence_length", decoderVocabSize]);
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

/** [B, S] of 1 and 0 -> [B, 1, 1, S] of 0 and a number that vanishes in a softmax. */
function biasOf(graph: GraphBuilder, mask: string): string {
  const kept = graph.op("Cast", [graph.op("Unsqueeze", [mask, graph.ints([1, 2])])], { to: 1 });
  const hidden = graph.op("Sub", [graph.constant(Float32Array.of(1), []), kept]);
  return graph.op("Mul", [hidden, graph.constant(Float32Array.of(-1e9), [])]);
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
  return linear(graph, attend(graph, q, keys, values, dModel / heads, bias), `${name}.out_proj`);
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
