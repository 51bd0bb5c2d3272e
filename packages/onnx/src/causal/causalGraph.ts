import type { CausalLanguageModel } from "@qkv/transformer";
import { headSizesOf } from "../graph/attention.ts";
import { writeBlock } from "../graph/block.ts";
import { GraphBuilder, type Weights } from "../graph/graphBuilder.ts";
import { RotaryWriter } from "../graph/rotary.ts";
import { writeLinear, writeNorm } from "../graph/sublayers.ts";
import { OnnxError } from "../onnxError.ts";
import type { OnnxGraph } from "../protobuf/onnxGraph.ts";
import { CausalMasks } from "./causalMask.ts";

const [BATCH, LENGTH, PAST, ALL] = [
  "batch_size",
  "sequence_length",
  "past_sequence_length",
  "past_sequence_length + sequence_length",
];

/**
 * The graph of a decoder-only language model with its cache, its inputs and outputs named as Hugging Face's optimum names them.
 *
 * @throws OnnxError naming what a graph cannot say
 */
export function causalGraph(
  { spec, config }: Pick<CausalLanguageModel, "spec" | "config">,
  weights: Weights,
): OnnxGraph {
  const { blocks, norm, learnedPositions, embeddingNorm, positionBias, logitBias } = spec;
  const { embeddingScale = 1, logitScale = 1, logitSoftcap } = spec;
  if (positionBias !== undefined) {
    throw new OnnxError(`exportOnnx: expected a model without a position bias, got ${positionBias.kind}`);
  }
  const graph = new GraphBuilder(weights);
  const ids = graph.input("input_ids", "int64", [BATCH, LENGTH]);
  const attentionMask = graph.input("attention_mask", "int64", [BATCH, ALL]);
  const positions = graph.input("position_ids", "int64", [BATCH, LENGTH]);
  const times = (x: string, factor: number) => (factor === 1 ? x : graph.op("Mul", [x, graph.number(factor)]));

  const masks = new CausalMasks(graph, ids, attentionMask);
  const rotary = new RotaryWriter(graph, positions);
  let x = times(graph.op("Gather", [graph.weight("embedding.weight"), ids]), embeddingScale);
  if (learnedPositions) {
    const { offset = 0 } = learnedPositions === true ? {} : learnedPositions;
    const rows = offset === 0 ? positions : graph.op("Add", [positions, graph.ints(offset)]);
    x = graph.op("Add", [x, graph.op("Gather", [graph.weight("positions.weight"), rows])]);
  }
  if (embeddingNorm !== undefined) x = writeNorm(graph, x, "embeddingNorm", embeddingNorm);
  for (const [i, block] of blocks.entries()) {
    if (block.selfAttn.causal !== true) {
      throw new OnnxError(`exportOnnx: expected causal attention, got layer ${i} without it`);
    }
    const { numKeyValueHeads, headDim } = headSizesOf(block.selfAttn, block.dModel);
    const past = ["key", "value"].map((name) =>
      graph.input(`past_key_values.${i}.${name}`, "float", [BATCH, numKeyValueHeads, PAST, headDim]),
    ) as [string, string];
    const keep = (keys: string, values: string) => {
      graph.output(`present.${i}.key`, keys, [BATCH, numKeyValueHeads, ALL, headDim]);
      graph.output(`present.${i}.value`, values, [BATCH, numKeyValueHeads, ALL, headDim]);
    };
    const inputs = { mask: masks.of(block.selfAttn.window), rotary, cache: { past, keep } };
    x = writeBlock(graph, x, `layers.${i}`, block, inputs);
  }
  if (norm !== undefined) x = writeNorm(graph, x, "norm", norm);
  let logits = config.tieWordEmbeddings
    ? graph.op("MatMul", [x, graph.op("Transpose", [graph.weight("embedding.weight")], { perm: [1, 0] })])
    : writeLinear(graph, x, "lmHead");
  if (logitBias) logits = graph.op("Add", [logits, graph.weight("logitBias")]);
  logits = times(logits, logitScale);
  if (logitSoftcap !== undefined) {
    const cap = graph.number(logitSoftcap);
    logits = graph.op("Mul", [graph.op("Tanh", [graph.op("Div", [logits, cap])]), cap]);
  }
  graph.output("logits", logits, [BATCH, LENGTH, config.vocabSize]);
  return graph.build();
}
