import type { GgmlType } from "@qkv/gguf";
import type { StoredEntry } from "@qkv/nn";
import type { Dtype } from "@qkv/safetensors";

/** The type of an array's elements in a file: one of safetensors', or one of GGUF's blocks. */
export type StoredType = Dtype | GgmlType;

/** Packed blocks of an array, rows in the order of the model's. */
export interface StoredBlocks {
  readonly type: GgmlType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** An array as a file stores it. */
export interface StoredArray extends StoredEntry {
  readonly dtype: StoredType;
  readonly byteLength: number;
  /** Reads its bytes from `start` to `end`, perhaps into `into`. */
  readBytes(start: number, end: number, into?: Uint8Array): Promise<Uint8Array>;
  /** Whether all its numbers are known to be zeros, so that a model that has no place for them may do without. */
  readonly isZero?: boolean;
  /** Whether it is as the model holds it, neither joined with others nor with its axes in another order. */
  readonly isAsHeld?: boolean;
  /** Reads its blocks, of an array in a GGUF file. */
  readonly blocks?: () => Promise<StoredBlocks>;
}

/** A model's arrays, in files that stay open until `close`. */
export interface Weights {
  readonly arrays: ReadonlyMap<string, StoredArray>;
  /** The number of arrays in each type. */
  readonly dtypes: ReadonlyMap<StoredType, number>;
  /** The path for messages: of the file, or of the index if there are several. */
  readonly path: string;
  /** Closes the files. */
  close(): Promise<void>;
}

/** The number of arrays in each type. */
export function countDtypes(arrays: ReadonlyMap<string, StoredArray>): ReadonlyMap<StoredType, number> {
  const counts = new Map<StoredType, number>();
  for (const { dtype } of arrays.values()) counts.set(dtype, (counts.get(dtype) ?? 0) + 1);
  return counts;
}
