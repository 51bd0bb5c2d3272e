import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxNumbers, OnnxTensor, OnnxValue } from "../protobuf/onnxGraph.ts";

/** The version of ONNX's operators: Gelu came with it (https://onnx.ai/onnx/operators). */
export const OPSET = 20;

/** The numbers of a model's parameters, by their paths. */
export type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** Builds a graph operator by operator; values are named by strings. */
export class GraphBuilder {
  readonly #state: Weights;
  readonly #nodes: OnnxNode[] = [];
  readonly #weights = new Map<string, OnnxTensor>();
  readonly #constants = new Map<string, string>();
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  #count = 0;

  constructor(state: Weights) {
    this.#state = state;
  }

  /** Declares an input of the model. */
  input(name: string, type: OnnxValue["type"], shape: OnnxValue["shape"]): string {
    this.#inputs.push({ name, type, shape });
    return name;
  }

  /** Gives a value out of the model. */
  output(name: string, value: string, shape: OnnxValue["shape"]): void {
    this.#nodes.push({ type: "Identity", inputs: [value], outputs: [name], attributes: {} });
    this.#outputs.push({ name, type: "float", shape });
  }

  /** Adds an operator and names its output. */
  op(type: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    const [output = ""] = this.ops(type, inputs, 1, attributes);
    return output;
  }

  /** Adds an operator and names its outputs. */
  ops(
    type: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string[] {
    const names = Array.from({ length: outputs }, () => `${type}_${this.#count++}`);
    this.#nodes.push({ type, inputs, outputs: names, attributes });
    return names;
  }

  /** Whether the model has a parameter of this path. */
  has(path: string): boolean {
    return this.#state.has(path);
  }

  /** A parameter as it is, by its path. */
  weight(path: string): string {
    this.#weights.set(path, this.#entry(path));
    return path;
  }

  /** A matrix [O, I] as [I, O], which a product with rows wants. */
  transposed(path: string): string {
    const name = `${path}.transposed`;
    if (this.#weights.has(name)) return name;
    const { shape, data } = this.#entry(path);
    const [rows = 0, columns = 0] = shape;
    const turned = new Float32Array(data.length);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j] as number;
    }
    this.#weights.set(name, { shape: [columns, rows], data: turned });
    return name;
  }

  /** A number that is written into the graph. */
  number(value: number): string {
    return this.#constant(`${value}`, Float32Array.of(value), []);
  }

  /** Numbers that are written into the graph. */
  numbers(values: Float32Array, shape: readonly number[]): string {
    return this.#constant(undefined, values, shape);
  }

  /** Whole numbers that are written into the graph: a list, or a scalar. */
  ints(value: number | readonly number[]): string {
    const list = [value].flat();
    const shape = typeof value === "number" ? [] : [list.length];
    return this.#constant(`int ${JSON.stringify(value)}`, BigInt64Array.from(list, BigInt), shape);
  }

  /** The graph. */
  build(): OnnxGraph {
    return { inputs: this.#inputs, outputs: this.#outputs, nodes: this.#nodes, weights: this.#weights };
  }

  #constant(key: string | undefined, data: OnnxNumbers, shape: readonly number[]): string {
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.#count++}`;
    this.#weights.set(name, { data, shape });
    if (key !== undefined) this.#constants.set(key, name);
    return name;
  }

  #entry(path: string): OnnxTensor {
    const entry = this.#state.get(path);
    if (entry === undefined) throw new RangeError(`exportOnnx: expected a parameter ${path}, got none`);
    return entry;
  }
}
