import type { FusedActivation, TransformerLayerAttrs } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../heap.ts";
import { Program } from "../program.ts";
import { replaceKernel } from "../replaceKernel.ts";
import { ATTENTION_SHAPE_WORDS, attentionCost, writeAttentionShape } from "./attention.ts";
import { ADD, productStep, RELU } from "./matMul.ts";
import { numberOfActivation } from "./elements.ts";

/** Registers QkvTransformerLayer: one program for the whole layer. */
export function registerTransformerLayer(heap: Heap): void {
  replaceKernel("QkvTransformerLayer", ({ inputs, attrs }) => {
    const { x, pastKeys } = inputs;
    const { numHeads } = attrs as TransformerLayerAttrs;
    const [batch = 0, length = 0] = tensor(inputs, "x").shape;
    const headDim = (tensor(inputs, "query.weight").shape[0] ?? 0) / numHeads;
    const output = heap.output(tensor({ x }, "x").shape);
    const kept = [batch, numHeads, (pastKeys?.shape[2] ?? 0) + length, headDim];
    const [keys, values] = [heap.output(kept), heap.output(kept)];
    const layer = new LayerProgram(heap, inputs, attrs as TransformerLayerAttrs);
    try {
      layer.run(output, keys, values);
    } finally {
      layer.dispose();
    }
    return [output, keys, values];
  });
}

type Inputs = Readonly<Record<string, tf.TensorInfo | undefined>>;

/** A sublayer: reads rows of E floats at one address, and adds its result to those at another. */
type Sublayer = (from: number, to: number) => void;

/** The steps of one layer, and the memory between them. */
class LayerProgram {
  readonly #heap: Heap;
  readonly #inputs: Inputs;
  readonly #attrs: TransformerLayerAttrs;
  readonly #program: Program;
  readonly #batch: number;
  readonly #length: number;
  readonly #rows: number;
  readonly #width: number;
  /** The width of all heads together. */
  readonly #inner: number;
  readonly #hidden: number;
  readonly #space: tf.TensorInfo;
  #free: number;

  constructor(heap: Heap, inputs: Inputs, attrs: TransformerLayerAttrs) {
    [this.#heap, this.#inputs, this.#attrs, this.#program] = [heap, inputs, attrs, new Program(heap)];
    [this.#batch, this.#length, this.#width] = tensor(inputs, "x").shape as [number, number, number];
    this.#rows = this.#batch * this.#length;
    this.#inner = tensor(inputs, "query.weight").shape[0] ?? 0;
    this.#hidden = tensor(inputs, "fc1.weight").shape[0] ?? 0;
    // Memory of `run`: two rows for the chain, ten for attention and attention to a memory, one for the feed-forward.
    const floats = 2 * this.#width + 10 * this.#inner + this.#hidden + 2 * attrs.numHeads + 3 * 2;
    this.#space = heap.output([this.#rows * floats + 2 * ATTENTION_SHAPE_WORDS]);
    this.#free = heap.at(this.#space);
  }

  run(output: tf.TensorInfo, keys: tf.TensorInfo, values: tf.TensorInfo): void {
    const { memoryKeys, memoryValues, memoryMask, mask } = this.#inputs;
    // A sublayer comes after its norm in one order, and after an unrelated copy in the other.
    const besideCopy = this.#attrs.normOrder === "post";
    const attends: Sublayer = (from, to) => {
      const [q, k, v] = [this.#take(this.#inner), this.#take(this.#inner), this.#take(this.#inner)];
      this.#linear("query", from, q, this.#width, this.#inner, 0, besideCopy);
      this.#linear("key", from, k, this.#width, this.#inner, 0, true);
      this.#linear("value", from, v, this.#width, this.#inner, 0, true);
      const queries = this.#headsOf(q);
      this.#append(this.#inputs["pastKeys"], k, keys, this.#length > 1);
      this.#append(this.#inputs["pastValues"], v, values, true);
      const pooled = this.#attend(queries, keys, values, mask, this.#attrs.causal);
      this.#linear("out", pooled, to, this.#inner, this.#width, ADD);
    };
    const attendsToMemory: Sublayer = (from, to) => {
      const q = this.#take(this.#inner);
      this.#linear("crossQuery", from, q, this.#width, this.#inner, 0, besideCopy);
      const [k, v] = [memoryKeys as tf.TensorInfo, memoryValues as tf.TensorInfo];
      const pooled = this.#attend(this.#headsOf(q), k, v, memoryMask, false);
      this.#linear("crossOut", pooled, to, this.#inner, this.#width, ADD);
    };
    const feedsForward: Sublayer = (from, to) => {
      const hidden = this.#take(this.#hidden);
      const { activation } = this.#attrs;
      this.#linear("fc1", from, hidden, this.#width, this.#hidden, activation === "relu" ? RELU : 0, besideCopy);
      if (activation !== "relu") {
        const args = [numberOfActivation(activation as FusedActivation), hidden, hidden];
        this.#program.add("activate", args, { units: this.#rows * this.#hidden, cost: 2, multiple: 4 });
      }
      this.#linear("fc2", hidden, to, this.#hidden, this.#width, ADD);
    };
    const sublayers: [Sublayer, string][] = [[attends, "norm"]];
    if (memoryKeys !== undefined) sublayers.push([attendsToMemory, "crossNorm"]);
    sublayers.push([feedsForward, "ffnNorm"]);
    this.#chain(sublayers, this.#heap.at(tensor(this.#inputs, "x")), this.#heap.at(output));
    this.#program.run(this.#heap.kernels.attentionScratch());
  }

  dispose(): void {
    this.#heap.backend.disposeData(this.#space.dataId);
  }

  /** Runs the sublayers on x, in either order of norms. */
  #chain(sublayers: readonly [Sublayer, string][], x: number, y: number): void {
    const normed = this.#take(this.#width);
    if (this.#attrs.normOrder === "pre") {
      this.#copy(x, y);
      for (const [sublayer, norm] of sublayers) {
        this.#norm(norm, sublayer === sublayers[0]?.[0] ? x : y, normed);
        sublayer(normed, y);
      }
      return;
    }
    const sum = this.#take(this.#width);
    let current = x;
    for (const [sublayer, norm] of sublayers) {
      this.#copy(current, sum);
      sublayer(current, sum);
      current = norm === "ffnNorm" ? y : normed;
      this.#norm(norm, sum, current);
    }
  }

  #copy(from: number, to: number): void {
    this.#program.add("copy", [from, to], { units: this.#rows * this.#width, cost: 0.1, multiple: 16 });
  }

  #norm(name: string, from: number, to: number): void {
    const numbers = this.#take(2); // mean and deviation of each row, which only gradients need
    const weights = [this.#weight(`${name}.weight`), this.#weight(`${name}.bias`)];
    const args = [from, ...weights, to, numbers, numbers + this.#rows * 4, this.#width, this.#attrs.eps];
    this.#program.add("layerNorm", args, { units: this.#rows, cost: 0.5 * this.#width });
  }

  #linear(name: string, from: number, to: number, K: number, N: number, mode: number, beside = false): void {
    const [weight, bias] = [this.#weight(`${name}.weight`), this.#weight(`${name}.bias`)];
    productStep(this.#program, { a: from, b: weight, c: to, M: this.#rows, N, K, bias, mode }, beside);
  }

  /** Rearranges rows [B, L, H, D] to [B, H, L, D], and returns the address. */
  #headsOf(rows: number): number {
    if (this.#length === 1) return rows; // they are the same
    const to = this.#take(this.#inner);
    this.#addHeads(0, rows, to, 0, false);
    return to;
  }

  #append(past: tf.TensorInfo | undefined, rows: number, to: tf.TensorInfo, beside: boolean): void {
    const from = past === undefined ? 0 : this.#heap.at(past);
    this.#addHeads(from, rows, this.#heap.at(to), past?.shape[2] ?? 0, beside);
  }

  #addHeads(past: number, rows: number, to: number, before: number, beside: boolean): void {
    const { numHeads } = this.#attrs;
    const width = this.#inner / numHeads;
    const args = [past, rows, to, before, this.#length, numHeads, width];
    const cost = (before + this.#length) * width * 0.1;
    this.#program.add("appendHeads", args, { units: this.#batch * numHeads, cost }, beside);
  }

  /** Pools the values of each head, and returns the address of the rows [B, L, H, D]. */
  #attend(q: number, k: tf.TensorInfo, v: tf.TensorInfo, mask: tf.TensorInfo | undefined, causal: boolean): number {
    const { numHeads: heads } = this.#attrs;
    const [queries, keys, width] = [this.#length, k.shape[2] ?? 0, this.#inner / heads];
    const shape = this.#takeBytes(ATTENTION_SHAPE_WORDS * 4);
    const scale = 1 / Math.sqrt(width);
    writeAttentionShape(this.#heap, shape, { queries, keys, width, heads, scale, causal, mask, dropout: undefined });
    const pooled = this.#take(this.#inner);
    const at = (x: tf.TensorInfo | undefined) => (x === undefined ? 0 : this.#heap.at(x));
    const args = [shape, q, at(k), at(v), at(mask), 0, pooled, this.#take(heads)];
    const parts = this.#heap.kernels.attentionParts(queries);
    const cost = attentionCost(queries, keys, width) / parts;
    this.#program.add("attention", args, { units: this.#batch * heads * parts, cost });
    if (queries === 1) return pooled;
    const merged = this.#take(this.#inner);
    const args2 = [pooled, merged, queries, heads, width];
    this.#program.add("mergeHeads", args2, { units: this.#batch * heads, cost: queries * width * 0.1 });
    return merged;
  }

  #weight(name: string): number {
    const found = this.#inputs[name];
    return found === undefined ? 0 : this.#heap.at(found);
  }

  /** Allocates `width` floats for each row, and returns the address. */
  #take(width: number): number {
    return this.#takeBytes(this.#rows * width * 4);
  }

  #takeBytes(bytes: number): number {
    const address = this.#free;
    this.#free += bytes;
    return address;
  }
}

function tensor(inputs: Inputs, name: string): tf.TensorInfo {
  const found = inputs[name];
  if (found === undefined) throw new RangeError(`QkvTransformerLayer: expected ${name}, got none`);
  return found;
}
