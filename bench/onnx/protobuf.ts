// The part of https://github.com/onnx/onnx/blob/v1.19.0/onnx/onnx.proto3 that inference graphs need, as bytes.
import protobuf from "protobufjs/minimal.js";

/** Numbers in a graph, by the kind of their array. */
export type OnnxNumbers = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;

/** A tensor in a graph. */
export interface OnnxTensor {
  readonly shape: readonly number[];
  readonly data: OnnxNumbers;
}

/** An operator's setting. A number is an int, a `Float` a float. */
export type OnnxAttribute = number | readonly number[] | { readonly float: number } | { readonly graph: OnnxGraph };

/** One operator of a graph. */
export interface OnnxNode {
  readonly type: string;
  /** Left out: ONNX's own operators. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output: a dimension is a number, or the name of one that is known later. */
export interface OnnxValue {
  readonly name: string;
  readonly type: "float" | "int64" | "bool";
  readonly shape: readonly (number | string)[];
}

/** Operators in an order in which each finds its inputs. */
export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly weights: ReadonlyMap<string, OnnxTensor>;
}

type Writer = protobuf.Writer;

const ELEMENT_TYPES = { float: 1, int64: 7, bool: 9 } as const; // TensorProto.DataType
const ARRAY_TYPES: Readonly<Record<string, number>> = {
  Float32Array: 1,
  Uint8Array: 2,
  Int8Array: 3,
  Int32Array: 6,
  BigInt64Array: 7,
};
const FLOAT = 1; // AttributeProto.AttributeType
const INT = 2;
const GRAPH = 5;
const INTS = 7;
const BYTES = 2; // the wire type of strings, bytes and messages
const VARINT = 0;
const FIXED32 = 5;

const tag = (field: number, wireType: number) => (field << 3) | wireType;

/** The bytes of a ModelProto with this graph. */
export function encodeModel(graph: OnnxGraph, opset: number): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(tag(1, VARINT)).int64(10); // ir_version 10 goes with opset 21 and below
  message(writer, 7, (w) => writeGraph(w, graph));
  message(writer, 8, (w) => w.uint32(tag(2, VARINT)).int64(opset));
  for (const domain of new Set(graph.nodes.map((node) => node.domain))) {
    if (domain === undefined) continue;
    message(writer, 8, (w) => w.uint32(tag(1, BYTES)).string(domain).uint32(tag(2, VARINT)).int64(1));
  }
  return writer.finish();
}

function message(writer: Writer, field: number, write: (writer: Writer) => void): void {
  writer.uint32(tag(field, BYTES)).fork();
  write(writer);
  writer.ldelim();
}

function writeGraph(writer: Writer, { inputs, outputs, nodes, weights }: OnnxGraph): void {
  for (const node of nodes) message(writer, 1, (w) => writeNode(w, node));
  writer.uint32(tag(2, BYTES)).string("graph");
  for (const [name, tensor] of weights) message(writer, 5, (w) => writeTensor(w, name, tensor));
  for (const value of inputs) message(writer, 11, (w) => writeValue(w, value));
  for (const value of outputs) message(writer, 12, (w) => writeValue(w, value));
}

function writeNode(writer: Writer, { type, domain, inputs, outputs, attributes }: OnnxNode): void {
  for (const input of inputs) writer.uint32(tag(1, BYTES)).string(input);
  for (const output of outputs) writer.uint32(tag(2, BYTES)).string(output);
  writer.uint32(tag(4, BYTES)).string(type);
  if (domain !== undefined) writer.uint32(tag(7, BYTES)).string(domain);
  for (const [name, value] of Object.entries(attributes)) {
    message(writer, 5, (w) => writeAttribute(w.uint32(tag(1, BYTES)).string(name), value));
  }
}

function writeAttribute(writer: Writer, value: OnnxAttribute): void {
  const type = (code: number) => void writer.uint32(tag(20, VARINT)).int32(code);
  if (typeof value === "number") {
    writer.uint32(tag(3, VARINT)).int64(value);
    type(INT);
  } else if ("float" in value) {
    writer.uint32(tag(2, FIXED32)).float(value.float);
    type(FLOAT);
  } else if ("graph" in value) {
    message(writer, 6, (w) => writeGraph(w, value.graph));
    type(GRAPH);
  } else {
    for (const item of value) writer.uint32(tag(8, VARINT)).int64(item);
    type(INTS);
  }
}

function writeTensor(writer: Writer, name: string, { shape, data }: OnnxTensor): void {
  for (const size of shape) writer.uint32(tag(1, VARINT)).int64(size);
  writer.uint32(tag(2, VARINT)).int32(ARRAY_TYPES[data.constructor.name] ?? 0);
  writer.uint32(tag(8, BYTES)).string(name);
  writer.uint32(tag(9, BYTES)).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValue(writer: Writer, { name, type, shape }: OnnxValue): void {
  writer.uint32(tag(1, BYTES)).string(name);
  message(writer, 2, (typeWriter) =>
    message(typeWriter, 1, (tensorWriter) => {
      tensorWriter.uint32(tag(1, VARINT)).int32(ELEMENT_TYPES[type]);
      message(tensorWriter, 2, (shapeWriter) => {
        for (const size of shape) message(shapeWriter, 1, (w) => writeDimension(w, size));
      });
    }),
  );
}

function writeDimension(writer: Writer, size: number | string): void {
  if (typeof size === "number") writer.uint32(tag(1, VARINT)).int64(size);
  else writer.uint32(tag(2, BYTES)).string(size);
}
