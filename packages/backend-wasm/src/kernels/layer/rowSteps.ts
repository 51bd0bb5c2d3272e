import type { FusedActivation, NormAttrs, PackedAttrs, PackedInputs } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../../heap.ts";
import type { Program } from "../../program.ts";
import type { Workspace } from "../../workspace.ts";
import { activateKernel, numberOfActivation } from "../elements.ts";
import { productStep } from "../matMul.ts";
import { packedProductStep } from "../packed.ts";
import { type LayerInputs, pathsOf, shapeOf, weightShape } from "./layerInputs.ts";

/** A linear map: the addresses of its weight [to, from] and its bias, 0 for none. */
export interface LinearAt {
  readonly weight: number;
  /** How the weight is packed; undefined: floats. */
  readonly format: PackedAttrs["format"] | undefined;
  readonly bias: number;
  readonly from: number;
  readonly to: number;
}

/** What a layer's program is made of: steps on matrices of B * L rows, each at an address, and memory between them. */
export class RowSteps {
  readonly heap: Heap;
  readonly program: Program;
  readonly space: Workspace;
  readonly inputs: LayerInputs;
  readonly packed: PackedInputs;
  readonly batch: number;
  /** L */
  readonly length: number;
  /** B * L */
  readonly rows: number;
  /** Address of the bias of layer normalizations without one. */
  #zeros = 0;

  constructor(heap: Heap, program: Program, space: Workspace, inputs: LayerInputs, packed: PackedInputs) {
    [this.heap, this.program, this.space, this.inputs, this.packed] = [heap, program, space, inputs, packed];
    [this.batch, this.length] = shapeOf(inputs, "x") as [number, number];
    this.rows = this.batch * this.length;
  }

  /** Prepares a bias of zeros for layer normalizations of rows of x that have none. */
  prepareNormsWithoutBias(): void {
    this.#zeros = this.filled(shapeOf(this.inputs, "x")[2] ?? 0, 0);
  }

  /** Takes floats of one value, which no step may change, and returns the address. */
  filled(count: number, value: number): number {
    return this.space.constant(4 * count, (at) => {
      new Float32Array(this.heap.memory.buffer, at, count).fill(value);
    });
  }

  /** The address of a tensor, 0 if there is none. */
  at(tensor: tf.TensorInfo | undefined): number {
    return tensor === undefined ? 0 : this.heap.at(tensor);
  }

  /** Takes `width` floats for each row, and returns the address. */
  take(width: number): number {
    return this.space.take(this.rows * width * 4);
  }

  /** The map called `name`. */
  linearAt(name: string): LinearAt {
    const [to = 0, from = 0] = weightShape(this.inputs, this.packed, name);
    const paths = pathsOf(name);
    const [weight, bias] = [this.at(this.inputs[paths.weight]), this.at(this.inputs[paths.bias])];
    return { weight, format: this.packed[paths.weight]?.format, bias, from, to };
  }

  /** y = x Wᵀ + b, stored as `mode` says. */
  linear(map: LinearAt, x: number, y: number, mode: number, beside = false): void {
    const { weight, format, bias, from, to } = map;
    const product = { a: x, b: weight, c: y, M: this.rows, N: to, K: from, bias, mode };
    if (format === undefined) productStep(this.program, product, beside);
    else packedProductStep(this.program, product, format, beside);
  }

  /** The norm called `name` of `count` vectors in a row. */
  norm(name: string, { kind, eps, unitOffset }: NormAttrs, from: number, to: number, count = 1, beside = false): void {
    const paths = pathsOf(name);
    const [width = 0] = shapeOf(this.inputs, paths.weight);
    const weight = this.at(this.inputs[paths.weight]);
    const units = this.rows * count;
    const work = { units, cost: 0.5 * width };
    if (kind === "rmsNorm") {
      const args = [from, weight, to, width, eps, unitOffset ? 1 : 0];
      return this.program.add("rmsNorm", args, work, beside);
    }
    const numbers = this.take(2 * count); // mean and deviation of each vector, which only gradients need
    const given = this.inputs[paths.bias];
    const bias = given === undefined ? this.#zeros : this.at(given);
    const args = [from, weight, bias, to, numbers, numbers + units * 4, width, eps];
    this.program.add("layerNorm", args, work, beside);
  }

  copy(from: number, to: number, width: number): void {
    this.program.add("copy", [from, to], { units: this.rows * width, cost: 0.1, multiple: 16 });
  }

  /** to += x */
  add(x: number, to: number, width: number): void {
    this.program.add("add", [to, x, to, this.rows * width], { units: this.rows * width, cost: 0.3, multiple: 16 });
  }

  /** x *= factors, one for each of `period` elements. */
  multiply(x: number, factors: number, width: number, period = this.rows * width): void {
    const work = { units: this.rows * width, cost: 0.3, multiple: 16 };
    this.program.add("multiply", [x, factors, x, period], work);
  }

  /** Applies the activation in place. */
  activate(x: number, width: number, activation: FusedActivation): void {
    const work = { units: this.rows * width, cost: 2, multiple: 4 };
    this.program.add(activateKernel(this.heap), [numberOfActivation(activation), x, x], work);
  }
}
