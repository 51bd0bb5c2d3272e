import {
  MaskedLanguageModel,
  type PoolerSpec,
  QuestionAnsweringModel,
  SequenceClassificationModel,
  TextEncoderModel,
  type TokenClassificationModel,
  type TokenHeadSpec,
  type TransformSpec,
} from "@qkv/transformer";
import { writeActivation } from "../graph/activations.ts";
import { GraphBuilder, type Weights } from "../graph/graphBuilder.ts";
import { writeLinear, writeNorm } from "../graph/sublayers.ts";
import type { OnnxGraph } from "../protobuf/onnxGraph.ts";
import { writeEncoder } from "./encoderLayers.ts";

const [BATCH, LENGTH] = ["batch_size", "sequence_length"];

/** An encoder of text of any class that is written here. */
export type EncoderModel =
  | MaskedLanguageModel
  | QuestionAnsweringModel
  | SequenceClassificationModel
  | TextEncoderModel
  | TokenClassificationModel;

/**
 * The graph of an encoder of text with its head, its inputs and outputs named as Hugging Face's optimum names them.
 *
 * @throws OnnxError naming what a graph cannot say
 */
export function encoderGraph(model: EncoderModel, weights: Weights): OnnxGraph {
  const { config } = model;
  const { spec } = model.encoder;
  const graph = new GraphBuilder(weights);
  const ids = graph.input("input_ids", "int64", [BATCH, LENGTH]);
  const attentionMask = graph.input("attention_mask", "int64", [BATCH, LENGTH]);
  const hasTypes = spec.embeddings.numTokenTypes > 0;
  const tokenTypes = hasTypes ? graph.input("token_type_ids", "int64", [BATCH, LENGTH]) : undefined;
  const x = writeEncoder(graph, spec, { ids, attentionMask, tokenTypes });
  const { heads } = spec;
  if (model instanceof TextEncoderModel) {
    graph.output("last_hidden_state", x, [BATCH, LENGTH, config.dModel]);
    if (model.pooler !== undefined && spec.pooler !== undefined) {
      graph.output("pooler_output", writePooler(graph, x, attentionMask, spec.pooler), [BATCH, spec.pooler.dim]);
    }
  } else if (model instanceof SequenceClassificationModel) {
    const pooled = writePooler(graph, x, attentionMask, heads.sequenceClassification.pooler);
    graph.output("logits", writeLinear(graph, pooled, "classifier"), [BATCH, config.labels.length]);
  } else if (model instanceof MaskedLanguageModel) {
    const transformed = writeTransform(graph, x, "transform", heads.maskedLM);
    graph.output("logits", writeVocabulary(graph, transformed, model), [BATCH, LENGTH, config.vocabSize]);
  } else if (model instanceof QuestionAnsweringModel) {
    const logits = writeTokenHead(graph, x, "spans", heads.questionAnswering);
    const ends = graph.ops("Split", [logits, graph.ints([1, 1])], 2, { axis: 2 });
    for (const [i, name] of ["start_logits", "end_logits"].entries()) {
      graph.output(name, graph.op("Squeeze", [ends[i] as string, graph.ints([2])]), [BATCH, LENGTH]);
    }
  } else {
    const logits = writeTokenHead(graph, x, "classifier", heads.tokenClassification);
    graph.output("logits", logits, [BATCH, LENGTH, config.labels.length]);
  }
  return graph.build();
}

function writeTransform(graph: GraphBuilder, x: string, path: string, { activation, norm }: TransformSpec): string {
  const y = writeActivation(graph, writeLinear(graph, x, `${path}.dense`), activation);
  return norm === undefined ? y : writeNorm(graph, y, `${path}.norm`, norm);
}

/** [B, L, E] -> [B, dim] */
function writePooler(graph: GraphBuilder, x: string, attentionMask: string, spec: PoolerSpec): string {
  if (spec.pooling === "first") {
    return writeTransform(graph, graph.op("Gather", [x, graph.ints(0)], { axis: 1 }), "pooler.transform", spec);
  }
  const kept = graph.op("Unsqueeze", [graph.op("Cast", [attentionMask], { to: 1 }), graph.ints([2])]);
  const sum = (value: string) => graph.op("ReduceSum", [value, graph.ints([1])], { keepdims: 0 });
  const mean = graph.op("Div", [sum(graph.op("Mul", [x, kept])), sum(kept)]);
  return writeTransform(graph, mean, "pooler.transform", spec);
}

function writeTokenHead(graph: GraphBuilder, x: string, path: string, { transform }: TokenHeadSpec): string {
  const y = transform === undefined ? x : writeTransform(graph, x, `${path}.transform`, transform);
  return writeLinear(graph, y, `${path}.output`);
}

/** [B, L, E'] -> [B, L, V] */
function writeVocabulary(graph: GraphBuilder, x: string, { decoder, decoderBias }: MaskedLanguageModel): string {
  if (decoder !== undefined) return writeLinear(graph, x, "decoder");
  const table = graph.op("Transpose", [graph.weight("encoder.embeddings.tokens.weight")], { perm: [1, 0] });
  const logits = graph.op("MatMul", [x, table]);
  return decoderBias === undefined ? logits : graph.op("Add", [logits, graph.weight("decoderBias")]);
}
