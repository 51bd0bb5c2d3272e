import { relativePositionBucket } from "@qkv/attention";
import type { StateDict } from "@qkv/nn";
import type { T5Config } from "@qkv/transformer";
import { CachedDecoder } from "../../onnx/cachedDecoder.ts";
import { GraphBuilder } from "../../onnx/graphBuilder.ts";
import { attend, product, splitHeads } from "../../onnx/layers.ts";
import { maskBias } from "../../onnx/maskBias.ts";

const BATCH = "batch_size";
const TABLE = "shared.weight";

/** The longest text of either side that the graphs have distances for. */
const LONGEST = 512;

/** `encoder_model.onnx`: ids and their mask to the last hidden state. */
export function encoderModel(state: StateDict, config: T5Config): Uint8Array {
  const graph = new GraphBuilder(state);
  const { dModel, encoderLayers } = config;
  const ids = graph.input("input_ids", "int64", [BATCH, "encoder_sequence_length"]);
  const mask = graph.input("attention_mask", "int64", [BATCH, "encoder_sequence_length"]);
  const bias = graph.op("Add", [encoderDistances(graph, config, ids), maskBias(graph, mask)]);
  let x = graph.op("Gather", [graph.weight(TABLE), ids]);
  for (let i = 0; i < encoderLayers; i++) {
    const name = `encoder.block.${i}.layer`;
    const h = rmsNorm(graph, x, `${name}.0.layer_norm`, config);
    const [k, v] = keysAndValues(graph, h, `${name}.0.SelfAttention`, config);
    x = graph.op("Add", [x, attention(graph, h, k, v, `${name}.0.SelfAttention`, config, bias)]);
    x = graph.op("Add", [x, feedForward(graph, x, `${name}.1`, config)]);
  }
  const y = rmsNorm(graph, x, "encoder.final_layer_norm", config);
  graph.output("last_hidden_state", y, [BATCH, "encoder_sequence_length", dModel]);
  return graph.encode();
}

/** `decoder_model_merged.onnx`: the logits after one more token. */
export function decoderModel(state: StateDict, config: T5Config): Uint8Array {
  const graph = new GraphBuilder(state);
  const { dModel, numHeads: heads, headDim, decoderLayers: layers, vocabSize } = config;
  const mask = graph.input("encoder_attention_mask", "int64", [BATCH, "encoder_sequence_length"]);
  const decoder = new CachedDecoder(graph, { layers, heads, headDim, dModel });
  const bias = decoderDistances(graph, config, decoder.pastLength);
  const memoryBias = maskBias(graph, mask);
  let x = graph.op("Gather", [graph.weight(TABLE), decoder.ids]);
  for (let i = 0; i < layers; i++) {
    const name = `decoder.block.${i}.layer`;
    const h = rmsNorm(graph, x, `${name}.0.layer_norm`, config);
    const [k, v] = decoder.append(i, keysAndValues(graph, h, `${name}.0.SelfAttention`, config));
    x = graph.op("Add", [x, attention(graph, h, k, v, `${name}.0.SelfAttention`, config, bias)]);

    const cross = `${name}.1.EncDecAttention`;
    const inner = rmsNorm(graph, x, `${name}.1.layer_norm`, config);
    const [memoryKeys, memoryValues] = decoder.keepMemory(i, (inside) =>
      keysAndValues(inside, decoder.memory, cross, config),
    );
    x = graph.op("Add", [x, attention(graph, inner, memoryKeys, memoryValues, cross, config, memoryBias)]);
    x = graph.op("Add", [x, feedForward(graph, x, `${name}.2`, config)]);
  }
  const y = rmsNorm(graph, x, "decoder.final_layer_norm", config);
  const scale = graph.constant(Float32Array.of(config.scaleOutput ? dModel ** -0.5 : 1), []);
  decoder.giveLogits(graph.op("Mul", [y, scale]), { table: TABLE, vocabSize });
  return graph.encode();
}

/** What the distances between a text's tokens add to scores: [1, H, S, S] */
function encoderDistances(graph: GraphBuilder, config: T5Config, ids: string): string {
  const { numBuckets, maxDistance } = config;
  const buckets = Int32Array.from({ length: LONGEST ** 2 }, (_, at) =>
    relativePositionBucket((at % LONGEST) - Math.floor(at / LONGEST), { numBuckets, maxDistance, bidirectional: true }),
  );
  const table = graph.constant(buckets, [LONGEST, LONGEST]);
  const length = graph.op("Shape", [ids], { start: 1, end: 2 });
  const ends = graph.op("Concat", [length, length], { axis: 0 });
  const rows = graph.op("Slice", [table, graph.ints([0, 0]), ends, graph.ints([0, 1])]);
  return biasOf(graph, "encoder", rows);
}

/** What the distances from one token to those before and itself add to scores: [1, H, 1, T] */
function decoderDistances(graph: GraphBuilder, config: T5Config, pastLength: string): string {
  const { numBuckets, maxDistance } = config;
  const buckets = Int32Array.from({ length: LONGEST }, (_, at) =>
    relativePositionBucket(at - (LONGEST - 1), { numBuckets, maxDistance, bidirectional: false }),
  );
  const table = graph.constant(buckets, [1, LONGEST]);
  const from = graph.op("Sub", [graph.ints([LONGEST - 1]), pastLength]);
  return biasOf(graph, "decoder", graph.op("Slice", [table, from, graph.ints([LONGEST]), graph.ints([1])]));
}

/** Buckets [Q, K] -> [1, H, Q, K] */
function biasOf(graph: GraphBuilder, side: "encoder" | "decoder", buckets: string): string {
  const weight = graph.weight(`${side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`);
  const rows = graph.op("Transpose", [graph.op("Gather", [weight, buckets])], { perm: [2, 0, 1] });
  return graph.op("Unsqueeze", [rows, graph.ints([0])]);
}

function rmsNorm(graph: GraphBuilder, x: string, name: string, { normEps }: T5Config): string {
  return graph.op("SimplifiedLayerNormalization", [x, graph.weight(`${name}.weight`)], {
    axis: -1,
    epsilon: { float: normEps },
  });
}

function keysAndValues(
  graph: GraphBuilder,
  x: string,
  name: string,
  { numHeads, headDim }: T5Config,
): [string, string] {
  return [
    splitHeads(graph, product(graph, x, `${name}.k`), numHeads, headDim),
    splitHeads(graph, product(graph, x, `${name}.v`), numHeads, headDim),
  ];
}

/** T5 does not divide scores. */
function attention(
  graph: GraphBuilder,
  x: string,
  keys: string,
  values: string,
  name: string,
  { numHeads, headDim }: T5Config,
  bias: string,
): string {
  const q = splitHeads(graph, product(graph, x, `${name}.q`), numHeads, headDim);
  return product(graph, attend(graph, q, keys, values, { bias }), `${name}.o`);
}

function feedForward(graph: GraphBuilder, x: string, name: string, config: T5Config): string {
  const h = rmsNorm(graph, x, `${name}.layer_norm`, config);
  const inner = graph.op("Relu", [product(graph, h, `${name}.DenseReluDense.wi`)]);
  return product(graph, inner, `${name}.DenseReluDense.wo`);
}
