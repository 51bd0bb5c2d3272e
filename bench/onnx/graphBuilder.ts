import type { StateDict } from "@qkv/nn";
import {
  encodeModel,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxNumbers,
  type OnnxTensor,
  type OnnxValue,
} from "./protobuf.ts";

/** Gelu came with 20 (https://onnx.ai/onnx/operators). */
const OPSET = 20;

/** Builds an ONNX graph operator by operator; values are named by strings. */
export class GraphBuilder {
  readonly #state: Pick<StateDict, "get">;
  readonly #nodes: OnnxNode[] = [];
  readonly #weights = new Map<string, OnnxTensor>();
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  #names = 0;

  /** @param state where {@link weight} finds its values */
  constructor(state: Pick<StateDict, "get">) {
    this.#state = state;
  }

  /** Declares an input of the model. */
  input(name: string, type: OnnxValue["type"], shape: OnnxValue["shape"]): string {
    this.#inputs.push({ name, type, shape });
    return name;
  }

  /** Gives `value` out of the model as `name`. */
  output(name: string, value: string, shape: OnnxValue["shape"]): void {
    this.#nodes.push({ type: "Identity", inputs: [value], outputs: [name], attributes: {} });
    this.#outputs.push({ name, type: "float", shape });
  }

  /** Adds an operator and names its output. */
  op(type: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    return this.ops(type, inputs, 1, attributes)[0] as string;
  }

  /** Adds an operator and names its outputs. */
  ops(
    type: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string[] {
    const names = Array.from({ length: outputs }, () => `${type}_${this.#names++}`);
    this.#nodes.push({ type, inputs, outputs: names, attributes });
    return names;
  }

  /**
   * Adds one of ONNX Runtime's own operators
   * (https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md) and names its outputs.
   */
  contributed(
    type: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string[] {
    const names = Array.from({ length: outputs }, () => `${type}_${this.#names++}`);
    this.#nodes.push({ type, domain: "com.microsoft", inputs, outputs: names, attributes });
    return names;
  }

  /** The checkpoint's array of that name; stored transposed if asked for, as a product with rows wants it. */
  weight(name: string, transposed = false): string {
    const stored = transposed ? `${name}.transposed` : name;
    if (!this.#weights.has(stored)) {
      const entry = this.array(name);
      this.#weights.set(stored, transposed ? transpose(entry) : entry);
    }
    return stored;
  }

  /** The numbers of the checkpoint's array of that name, for weights that are stored in another way. */
  array(name: string): { readonly shape: readonly number[]; readonly data: Float32Array } {
    const entry = this.#state.get(name);
    if (entry === undefined) throw new RangeError(`GraphBuilder: expected an array called ${name}, got none`);
    return entry;
  }

  /** A tensor that is written into the graph. */
  constant(data: OnnxNumbers, shape: readonly number[]): string {
    const name = `constant_${this.#names++}`;
    this.#weights.set(name, { data, shape });
    return name;
  }

  /** Whole numbers that are written into the graph: a list, or a scalar. */
  ints(value: number | readonly number[]): string {
    const name = `constant_${this.#names++}`;
    const list = typeof value === "number" ? [value] : value;
    this.#weights.set(name, {
      data: BigInt64Array.from(list, BigInt),
      shape: typeof value === "number" ? [] : [list.length],
    });
    return name;
  }

  /** A branch of an If: operators of its own, which see the values of this graph. */
  branch(build: (inside: GraphBuilder) => readonly string[], shape: OnnxValue["shape"]): OnnxGraph {
    const inside = new GraphBuilder(this.#state);
    inside.#names = this.#names + 10_000; // names are unique through all levels
    for (const [i, value] of build(inside).entries()) inside.output(`branch_${inside.#names + i}`, value, shape);
    this.#names = inside.#names + 10_000;
    return inside.#graph();
  }

  /** The bytes of the model. */
  encode(): Uint8Array {
    return encodeModel(this.#graph(), OPSET);
  }

  #graph(): OnnxGraph {
    return { inputs: this.#inputs, outputs: this.#outputs, nodes: this.#nodes, weights: this.#weights };
  }
}

interface Matrix<T> {
  readonly shape: readonly number[];
  readonly data: T;
}

/** [M, N] -> [N, M] */
export function transpose<T extends Float32Array | Int8Array | Uint8Array>({ shape, data }: Matrix<T>): Matrix<T> {
  const [rows = 0, columns = 0] = shape;
  const result = new (data.constructor as new (length: number) => T)(data.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j] as number;
  return { shape: [columns, rows], data: result };
}
