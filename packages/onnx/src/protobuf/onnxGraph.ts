/** Numbers in a graph, by the kind of their array. */
export type OnnxNumbers = Float32Array | BigInt64Array;

/** A tensor in a graph. */
export interface OnnxTensor {
  readonly shape: readonly number[];
  readonly data: OnnxNumbers;
}

/** An operator's setting: a number is an int. */
export type OnnxAttribute = number | readonly number[] | { readonly float: number } | { readonly string: string };

/** One operator of a graph. */
export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output: a dimension is a number, or the name of one that is known later. */
export interface OnnxValue {
  readonly name: string;
  readonly type: "float" | "int64";
  readonly shape: readonly (number | string)[];
}

/** Operators in an order in which each finds its inputs. */
export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly weights: ReadonlyMap<string, OnnxTensor>;
}
