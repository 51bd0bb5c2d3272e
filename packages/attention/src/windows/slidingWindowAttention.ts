import { checkRecord, checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { checkInteger } from "../checks/argumentChecks.ts";
import type { AttentionOptions } from "../scaledDotProduct/options.ts";
import { scaledDotProductAttention } from "../scaledDotProduct/scaledDotProductAttention.ts";

/** Window and options of {@link slidingWindowAttention}. */
export interface SlidingWindowOptions extends Pick<AttentionOptions, "scale" | "softcap" | "dropout" | "random"> {
  /** Number of positions before its own that a query sees. */
  readonly before: number;
  /** Number of positions after its own that a query sees. 0 is causal. */
  readonly after: number;
  /** Key mask, [B, L] bool, true at keys that count. Default all. */
  readonly attentionMask?: tf.Tensor;
}

/**
 * Computes self-attention in which each query sees its neighbours alone, at a cost linear in length, in both passes:
 * queries are taken in blocks as long as the window, and each block attends to the blocks that its windows reach
 * (Longformer, arXiv:2004.05150, section 3.1). It equals {@link scaledDotProductAttention} with a `slidingWindowMask`.
 *
 * @param q [B, H, L, D]
 * @param k [B, G, L, D], G a divisor of H
 * @param v [B, G, L, V]
 * @returns [B, H, L, V]
 * @throws RangeError if shapes do not fit, or `before` or `after` is not an integer from 0
 */
export function slidingWindowAttention(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  given: SlidingWindowOptions,
): tf.Tensor4D {
  checkRecord("slidingWindowAttention", "options", given);
  const { before, after, attentionMask, ...options } = given;
  checkTensor("slidingWindowAttention", "q", q, "[B, H, L, D]");
  checkTensor("slidingWindowAttention", "k", k, "[B, G, L, D]");
  checkTensor("slidingWindowAttention", "v", v, "[B, G, L, V]");
  const [batch, heads, length] = q.shape;
  checkInteger("slidingWindowAttention", "before", before, 0);
  checkInteger("slidingWindowAttention", "after", after, 0);
  if (k.shape[2] !== length) {
    throw new RangeError(
      `slidingWindowAttention: expected as many keys as queries, got q [${q.shape}], k [${k.shape}]`,
    );
  }
  if (attentionMask !== undefined && !tf.util.arraysEqual(attentionMask.shape, [batch, length])) {
    throw new RangeError(
      `slidingWindowAttention: expected attentionMask [${batch},${length}], got [${attentionMask.shape}]`,
    );
  }
  const size = Math.max(1, Math.min(length, Math.max(before, after, SMALLEST_BLOCK)));
  const reach = { before: Math.ceil(before / size), after: Math.ceil(after / size) };
  const grid: Grid = { blocks: Math.ceil(length / size), size, reach };
  return tf.tidy(() => {
    const all = attentionMask === undefined ? tf.ones([batch, length]) : tf.where(attentionMask, 1, 0); // tfjs's GPUs cannot move what was cast
    const present = withNeighbours(tf.reshape(all, [batch, 1, length, 1]), grid); // [B * blocks, 1, reachable, 1]
    const shown = tf.cast(tf.transpose(present, [0, 1, 3, 2]), "bool");
    const mask = tf.logicalAnd(shown, band(grid, { before, after })); // [B * blocks, 1, size, reachable]
    const [keys, values] = [withNeighbours(k, grid), withNeighbours(v, grid)];
    const pooled = scaledDotProductAttention(eachBlock(q, grid), keys, values, { ...options, mask });
    return fromBlocks(pooled, [batch, heads, length, v.shape[3]], grid) as tf.Tensor4D;
  });
}

/** Division of a length into blocks: their number and size, and how many blocks each one reaches before and after. */
interface Grid {
  readonly blocks: number;
  readonly size: number;
  readonly reach: { readonly before: number; readonly after: number };
}

// Smaller blocks would be more of them than the arithmetic is worth.
const SMALLEST_BLOCK = 16;

/** [B, H, L, D] -> [B, blocks, H, size * D], the last block filled up with zeros. */
function toBlocks(x: tf.Tensor, { blocks, size }: Grid): tf.Tensor4D {
  const [batch = 0, heads = 0, length = 0, width = 0] = x.shape;
  const whole = tf.pad(x, [[0, 0], [0, 0], [0, blocks * size - length], [0, 0]]); // prettier-ignore
  return tf.transpose(tf.reshape(whole, [batch, heads, blocks, size * width]), [0, 2, 1, 3]);
}

/** [B, H, L, D] -> [B * blocks, H, size, D] */
function eachBlock(x: tf.Tensor, grid: Grid): tf.Tensor4D {
  const width = x.shape[3] ?? 0;
  return tf.reshape(toBlocks(x, grid), [-1, x.shape[1] ?? 0, grid.size, width]);
}

/** Each block between those that it reaches: [B, H, L, D] -> [B * blocks, H, reachable, D], zeros beyond the ends. */
function withNeighbours(x: tf.Tensor, grid: Grid): tf.Tensor4D {
  const { blocks, size, reach } = grid;
  const [batch = 0, heads = 0, , width = 0] = x.shape;
  const padded = tf.pad(toBlocks(x, grid), [[0, 0], [reach.before, reach.after], [0, 0], [0, 0]]); // prettier-ignore
  const shifted = Array.from({ length: reach.before + 1 + reach.after }, (_, first) => {
    const part = tf.slice(padded, [0, first, 0, 0], [batch, blocks, heads, size * width]);
    return tf.reshape(part, [batch * blocks, heads, size, width]);
  });
  return tf.concat(shifted, 2) as tf.Tensor4D;
}

/** [B * blocks, H, size, V] -> [B, H, L, V] */
function fromBlocks(x: tf.Tensor4D, [batch, heads, length, width]: tf.Tensor4D["shape"], { blocks, size }: Grid) {
  const rows = tf.transpose(tf.reshape(x, [batch, blocks, heads, size * width]), [0, 2, 1, 3]);
  return tf.slice(tf.reshape(rows, [batch, heads, blocks * size, width]), [0, 0, 0, 0], [batch, heads, length, width]);
}

/** The mask of a block's queries over its reachable keys: [size, reachable] bool, the same for every block. */
function band({ size, reach }: Grid, { before, after }: { readonly before: number; readonly after: number }) {
  const i = tf.reshape(tf.range(reach.before * size, (reach.before + 1) * size), [size, 1]);
  const distance = tf.sub(tf.reshape(tf.range(0, (reach.before + 1 + reach.after) * size), [1, -1]), i);
  return tf.logicalAnd(tf.lessEqual(distance, after), tf.greaterEqual(distance, -before));
}
