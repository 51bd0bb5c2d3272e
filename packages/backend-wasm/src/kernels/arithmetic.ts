import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../heap.ts";
import { replaceKernelWhere, type KernelCall } from "../replaceKernel.ts";
import { columns } from "./rows.ts";

/** Replaces tfjs's Add, Multiply, Sum and Transpose for the cases of transformers; tfjs's kernels run the rest. */
export function registerArithmetic(heap: Heap): void {
  for (const [name, kernel] of [
    ["Add", "add"],
    ["Multiply", "multiply"],
  ] as const) {
    replaceKernelWhere(name, repetition, (_call, { whole, part }) => {
      const out = heap.output(whole.shape);
      const args = [heap.at(whole), heap.at(part), heap.at(out), tf.util.sizeFromShape(part.shape)];
      heap.run(kernel, args, { units: tf.util.sizeFromShape(whole.shape), cost: 0.3, multiple: 4 });
      return out;
    });
  }

  replaceKernelWhere("Sum", reduction, (_call, { x, shape, outer, inner, byColumn }) => {
    const out = heap.output(shape);
    const [from, to] = [heap.at(x), heap.at(out)];
    if (byColumn) heap.run("columnSum", [from, to, outer, inner], columns(outer, inner, 0.2));
    else heap.run("rowSum", [from, to, inner], { units: outer, cost: 0.2 * inner });
    return out;
  });

  replaceKernelWhere("Transpose", permutation, (_call, { x, shape, sizes, strides }) => {
    if (sizes.length < 2) return heap.share(x, shape); // nothing moves
    const out = heap.output(shape, x.dtype);
    const missing = Array<number>(4 - sizes.length);
    const [d0, ...inner] = [...missing.fill(1), ...sizes] as [number, number, number, number];
    const args = [heap.at(x), heap.at(out), ...inner, ...missing.fill(0), ...strides];
    heap.run("permute", args, { units: d0 * inner[0] * inner[1], cost: 0.5 * inner[2] });
    return out;
  });
}

/** The operands of a commutative operation, where one repeats: it has the same shape, one element, or the last axes. */
function repetition({ inputs }: KernelCall): { whole: tf.TensorInfo; part: tf.TensorInfo } | undefined {
  const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
  if (a.dtype !== "float32" || b.dtype !== "float32") return undefined;
  if (repeatsIn(b.shape, a.shape)) return { whole: a, part: b };
  return repeatsIn(a.shape, b.shape) ? { whole: b, part: a } : undefined;
}

function repeatsIn(part: readonly number[], whole: readonly number[]): boolean {
  if (part.length > whole.length) return false;
  const first = part.findIndex((size) => size !== 1);
  const inner = first < 0 ? [] : part.slice(first);
  return inner.every((size, axis) => size === whole.at(axis - inner.length));
}

interface Reduction {
  readonly x: tf.TensorInfo;
  readonly shape: number[];
  readonly outer: number;
  readonly inner: number;
  /** Whether the first axes go, and not the last. */
  readonly byColumn: boolean;
}

/** A sum over the first axes or over the last ones, or of an empty tensor. */
function reduction({ inputs, attrs }: KernelCall): Reduction | undefined {
  const { x } = inputs as { x: tf.TensorInfo };
  const { axis, keepDims } = attrs as tf.SumAttrs;
  const axes = [...tf.util.parseAxisParam(axis, x.shape)].sort((a, b) => a - b);
  const kept = x.shape.map((size, at) => (axes.includes(at) ? 1 : size));
  const shape = keepDims ? kept : kept.filter((_, at) => !axes.includes(at));
  if (x.dtype !== "float32" || axes.length === 0) return undefined;
  // A sum of nothing is zeros: that of no rows.
  if (x.shape.includes(0)) return { x, shape, outer: 0, inner: tf.util.sizeFromShape(shape), byColumn: true };
  const rank = x.shape.length;
  const leading = axes.every((value, index) => value === index);
  const trailing = axes.every((value, index) => value === rank - axes.length + index);
  if (!leading && !trailing) return undefined;
  const byColumn = !trailing;
  const cut = byColumn ? axes.length : rank - axes.length;
  return {
    x,
    shape,
    outer: tf.util.sizeFromShape(x.shape.slice(0, cut)),
    inner: tf.util.sizeFromShape(x.shape.slice(cut)),
    byColumn,
  };
}

interface Permutation {
  readonly x: tf.TensorInfo;
  readonly shape: number[];
  /** Sizes of the result's axes, with those that stay neighbours merged into one. */
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

/** A transposition of 4-byte elements that is one of at most four axes. */
function permutation({ inputs, attrs }: KernelCall): Permutation | undefined {
  const { x } = inputs as { x: tf.TensorInfo };
  const { perm } = attrs as tf.TransposeAttrs;
  if (x.dtype !== "float32" && x.dtype !== "int32") return undefined;
  const shape = perm.map((axis) => x.shape[axis] ?? 1);
  if (shape.includes(0)) return { x, shape, sizes: [], strides: [] };
  const steps = x.shape.map((_, axis) => tf.util.sizeFromShape(x.shape.slice(axis + 1)));
  const sizes: number[] = [];
  const strides: number[] = [];
  shape.forEach((size, at) => {
    const step = steps[perm[at] ?? 0] ?? 1;
    if (size === 1) return;
    if (strides.at(-1) === size * step) {
      sizes.push((sizes.pop() ?? 1) * size);
      strides.pop();
    } else {
      sizes.push(size);
    }
    strides.push(step);
  });
  return sizes.length > 4 ? undefined : { x, shape, sizes, strides };
}
