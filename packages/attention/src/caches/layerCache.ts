import type * as tf from "@tensorflow/tfjs-core";
import type { KeyValue } from "../multiHead/keyValue.ts";

/**
 * The keys and values of one layer, and their owner: what differs from one kind of cache to another. A step is staged
 * until it is committed or rolled back.
 */
export interface LayerCache {
  /** Bytes that it holds. */
  readonly bytes: number;
  /**
   * Those of the positions before this step, borrowed; undefined if there are none. A cache with buffers makes room in them
   * for `room` more, if it may grow.
   */
  past(room: number): KeyValue | undefined;
  /** Adds those of new positions. Borrows `next`; the result is the cache's, or ends with the tidy that it was made in. */
  append(next: KeyValue): KeyValue;
  /** Takes `all` of this step, past ones included, from a kernel that appended by itself. */
  replace(all: KeyValue): void;
  /** Keeps what the step added. */
  commit(): void;
  /** Forgets what the step added. */
  rollback(): void;
  /** Makes row i the former row `rows[i]`. @param rows [B] int32 */
  reorder(rows: tf.Tensor1D): void;
  /** Whether positions at the end can be forgotten: a window has not dropped what those before them see. */
  readonly canTruncate: boolean;
  /** Forgets the positions from `length` on. */
  truncate(length: number): void;
  /** Disposes of its tensors. */
  dispose(): void;
}
