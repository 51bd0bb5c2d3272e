import type { RotaryAngles, LayerAttentionAttrs, RowFormat } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { formatNumber } from "../attention.ts";
import type { RowSteps } from "./rowSteps.ts";

// Steps that see the heads in a row, [B, L, heads, D], or put each into rows of its own, [B, heads, L, D].

/**
 * Writes the rows at `rows` to `to`, [B, heads, C, D] or as words of a format, from position `first` on, and before them the keys or values of the
 * past, [B, heads, first, D], if they are not there already.
 */
export function appendHeads(
  steps: RowSteps,
  rows: number,
  {
    first,
    headDim,
    format,
  }: { readonly first: number; readonly headDim: number; readonly format: RowFormat | undefined },
  past: tf.TensorInfo | undefined,
  to: tf.TensorInfo,
  beside: boolean,
): void {
  const [, heads = 0, capacity = 0] = to.shape;
  addHeads(steps, rows, { heads, headDim, capacity, first, format }, steps.heap.at(to), steps.at(past), beside);
}

/** Rearranges rows [B, L, H, D] to [B, H, L, D], and returns the address. */
export function splitHeads(steps: RowSteps, rows: number, heads: number, headDim: number): number {
  if (steps.length === 1) return rows; // they are the same
  const to = steps.take(heads * headDim);
  addHeads(steps, rows, { heads, headDim, capacity: steps.length, first: 0 }, to);
  return to;
}

/** Rearranges [B, H, L, D] to rows [B, L, H, D], and returns the address. */
export function mergeHeads(steps: RowSteps, from: number, heads: number, headDim: number): number {
  const { length, batch } = steps;
  if (length === 1) return from;
  const to = steps.take(heads * headDim);
  const work = { units: batch * heads, cost: length * headDim * 0.1 };
  steps.program.add("mergeHeads", [from, to, length, heads, headDim], work);
  return to;
}

function addHeads(
  steps: RowSteps,
  rows: number,
  sizes: {
    readonly heads: number;
    readonly headDim: number;
    readonly capacity: number;
    readonly first: number;
    readonly format?: RowFormat | undefined;
  },
  to: number,
  past = 0,
  beside = false,
): void {
  const { program, batch, length } = steps;
  const { heads, headDim, capacity, first } = sizes;
  const copied = length + (past === 0 ? 0 : first);
  const work = { units: batch * heads, cost: copied * headDim * 0.1 };
  program.add(
    "appendHeads",
    [past, rows, to, first, length, capacity, heads, headDim, formatNumber(sizes.format)],
    work,
    beside,
  );
}

/** Turns the heads of rows in place. */
export type Rotation = (rows: number, heads: number, beside: boolean) => void;

/** Prepares rotary positions; without them nothing turns. */
export function rotation(
  steps: RowSteps,
  rotary: LayerAttentionAttrs["rotary"],
  angles: RotaryAngles | undefined,
  headDim: number,
): Rotation {
  if (rotary === undefined || angles === undefined) return () => undefined;
  const { program, rows, space, heap } = steps;
  const { dim, layout } = rotary;
  const write = (numbers: Float32Array) =>
    space.constant(numbers.byteLength, (at) => {
      new Float32Array(heap.memory.buffer, at, numbers.length).set(numbers);
    });
  const [cos, sin] = [write(angles.cos), write(angles.sin)];
  const period = (2 * angles.cos.length) / dim;
  return (x, heads, beside) => {
    const args = [x, cos, sin, period, heads, headDim, dim, layout === "interleaved" ? 1 : 0];
    program.add("rotate", args, { units: rows, cost: 0.4 * heads * dim }, beside);
  };
}
