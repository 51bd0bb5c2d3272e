// The part of https://github.com/onnx/onnx/blob/v1.19.0/onnx/onnx.proto3 that inference graphs need, as bytes.
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from "./onnxGraph.ts";
import { ProtoWriter } from "./protoWriter.ts";

const IR_VERSION = 9; // goes with opset 20
const TYPES = { float: 1, int64: 7 } as const; // TensorProto.DataType
const ATTRIBUTES = { float: 1, int: 2, string: 3, ints: 7 } as const; // AttributeProto.AttributeType
const EXTERNAL = 1; // TensorProto.DataLocation
/** External tensors begin at such multiples, so that a runtime may map them. */
const ALIGNMENT = 4096;
/** Smaller tensors stay in the graph: shapes have to be known there. */
const LEAST_EXTERNAL = 1024;

/** A model's bytes. */
export interface EncodedModel {
  /** The ModelProto, one part after another. */
  readonly model: readonly Uint8Array[];
  /** The file of weights beside it, likewise; empty if there is none. */
  readonly data: readonly Uint8Array[];
}

/**
 * Encodes a ModelProto with this graph.
 *
 * @param external the name of the file beside it that holds the weights; undefined: they are in the model
 */
export function encodeModel(graph: OnnxGraph, opset: number, external?: string): EncodedModel {
  const store = new ExternalData(external);
  const writer = new ProtoWriter()
    .int(1, IR_VERSION)
    .string(2, "qkv")
    .message(7, (w) => writeGraph(w, graph, store))
    .message(8, (w) => w.string(1, "").int(2, opset));
  return { model: writer.finish(), data: store.parts };
}

class ExternalData {
  readonly parts: Uint8Array[] = [];
  readonly #name: string | undefined;
  #length = 0;

  constructor(name: string | undefined) {
    this.#name = name;
  }

  /** Writes where a tensor's bytes are: in the message, or in the file beside it. */
  put(writer: ProtoWriter, bytes: Uint8Array): void {
    if (this.#name === undefined || bytes.length < LEAST_EXTERNAL) {
      writer.bytes(9, bytes);
      return;
    }
    const gap = (ALIGNMENT - (this.#length % ALIGNMENT)) % ALIGNMENT;
    if (gap > 0) this.parts.push(new Uint8Array(gap));
    const fields = { location: this.#name, offset: `${this.#length + gap}`, length: `${bytes.length}` };
    for (const [key, value] of Object.entries(fields)) writer.message(13, (w) => w.string(1, key).string(2, value));
    writer.int(14, EXTERNAL);
    this.parts.push(bytes);
    this.#length += gap + bytes.length;
  }
}

function writeGraph(writer: ProtoWriter, { inputs, outputs, nodes, weights }: OnnxGraph, store: ExternalData): void {
  for (const node of nodes) writer.message(1, (w) => writeNode(w, node));
  writer.string(2, "model");
  for (const [name, tensor] of weights) writer.message(5, (w) => writeTensor(w, name, tensor, store));
  for (const value of inputs) writer.message(11, (w) => writeValue(w, value));
  for (const value of outputs) writer.message(12, (w) => writeValue(w, value));
}

function writeNode(writer: ProtoWriter, { type, inputs, outputs, attributes }: OnnxNode): void {
  for (const input of inputs) writer.string(1, input);
  for (const output of outputs) writer.string(2, output);
  writer.string(3, outputs[0] ?? "").string(4, type);
  for (const [name, value] of Object.entries(attributes)) {
    writer.message(5, (w) => writeAttribute(w.string(1, name), value));
  }
}

function writeAttribute(writer: ProtoWriter, value: OnnxAttribute): void {
  if (typeof value === "number") writer.int(3, value).int(20, ATTRIBUTES.int);
  else if ("float" in value) writer.float(2, value.float).int(20, ATTRIBUTES.float);
  else if ("string" in value) writer.string(4, value.string).int(20, ATTRIBUTES.string);
  else {
    for (const item of value) writer.int(8, item);
    writer.int(20, ATTRIBUTES.ints);
  }
}

function writeTensor(writer: ProtoWriter, name: string, { shape, data }: OnnxTensor, store: ExternalData): void {
  for (const size of shape) writer.int(1, size);
  writer.int(2, data instanceof Float32Array ? TYPES.float : TYPES.int64).string(8, name);
  store.put(writer, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)); // little-endian, as all engines are
}

function writeValue(writer: ProtoWriter, { name, type, shape }: OnnxValue): void {
  writer.string(1, name).message(2, (typeWriter) =>
    typeWriter.message(1, (tensor) => {
      tensor.int(1, TYPES[type]).message(2, (dimensions) => {
        for (const size of shape) {
          dimensions.message(1, (w) => (typeof size === "number" ? w.int(1, size) : w.string(2, size)));
        }
      });
    }),
  );
}
