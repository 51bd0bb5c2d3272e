import { readState } from "@qkv/nn";
import { checkOptions, describeArgument, type OptionNames } from "@qkv/ops";
import {
  CausalLanguageModel,
  MaskedLanguageModel,
  QuestionAnsweringModel,
  SequenceClassificationModel,
  TextEncoderModel,
  TokenClassificationModel,
} from "@qkv/transformer";
import { causalGraph } from "./causal/causalGraph.ts";
import { encoderGraph, type EncoderModel } from "./encoder/encoderGraph.ts";
import { OPSET } from "./graph/graphBuilder.ts";
import { OnnxError } from "./onnxError.ts";
import { encodeModel } from "./protobuf/encodeModel.ts";

/** Options of {@link exportOnnx}. */
export interface ExportOnnxOptions {
  /**
   * Whether the weights are in a file of their own, `model.onnx_data`, which has to stay beside `model.onnx`. Default: where they
   * take more than 1.5 GB, as a file of ONNX may have 2.
   */
  readonly externalData?: boolean;
}

/** A model that {@link exportOnnx} writes. */
export type OnnxExportable = CausalLanguageModel | EncoderModel;

const ENCODERS = [
  MaskedLanguageModel,
  QuestionAnsweringModel,
  SequenceClassificationModel,
  TextEncoderModel,
  TokenClassificationModel,
] as const;

/** Whether {@link exportOnnx} writes models of this class. */
export function isOnnxExportable(model: unknown): model is OnnxExportable {
  return model instanceof CausalLanguageModel || ENCODERS.some((Encoder) => model instanceof Encoder);
}

/** A file of an exported model. */
export interface OnnxFile {
  readonly name: "model.onnx" | "model.onnx_data";
  /** Its bytes, one part after another. */
  readonly parts: readonly Uint8Array[];
}

const OPTIONS: OptionNames<ExportOnnxOptions> = { externalData: true };
const MOST_INSIDE = 1.5e9;

/**
 * Writes a model as ONNX, in float32, with the names that Hugging Face's optimum gives inputs and outputs. A decoder-only model
 * takes `input_ids`, `attention_mask`, `position_ids` and `past_key_values.N.key` and `.value` (of no token at first), and gives
 * `logits` and `present.N.key` and `.value`. An encoder of text takes `input_ids`, `attention_mask` and, where it has segments,
 * `token_type_ids`, and gives `last_hidden_state` and `pooler_output`, or of a head `logits`, or `start_logits` and `end_logits`.
 * The model stays as it is.
 *
 * @throws OnnxError naming what a graph cannot say here: experts, position biases, rotary positions that depend on the length
 */
export async function exportOnnx(model: OnnxExportable, options: ExportOnnxOptions = {}): Promise<OnnxFile[]> {
  checkOptions("exportOnnx", options, OPTIONS);
  if (!isOnnxExportable(model)) {
    const got = describeArgument(model);
    throw new OnnxError(`exportOnnx: expected a decoder-only language model or an encoder of text, got ${got}`);
  }
  const paths = [...model.params.weights().keys()].map((path) => path.replace(/\b\d+\b/g, "*"));
  const weights = await readState(model.params, Object.fromEntries(paths.map((path) => [path, path])));
  const graph = model instanceof CausalLanguageModel ? causalGraph(model, weights) : encoderGraph(model, weights);
  let bytes = 0;
  for (const { data } of graph.weights.values()) bytes += data.byteLength;
  const { externalData = bytes > MOST_INSIDE } = options;
  const encoded = encodeModel(graph, OPSET, externalData ? "model.onnx_data" : undefined);
  return [
    { name: "model.onnx", parts: encoded.model },
    ...(externalData ? [{ name: "model.onnx_data" as const, parts: encoded.data }] : []),
  ];
}
