import type { Codes } from "./bits.ts";

/** The arrays that the blocks of a tensor unpack to: a code a value, a scale and perhaps an offset a group. */
export interface Unpacked {
  readonly codes: Codes;
  readonly scales: Float32Array;
  readonly offsets: Float32Array;
}

/** A format of blocks: what its codes are, and how one block is unpacked. */
export interface BlockFormat {
  readonly bits: 4 | 8;
  readonly groupSize: 16 | 32;
  readonly zero: number;
  readonly hasOffsets: boolean;
  /** Unpacks the block at byte `from` to the codes from `to` on, and to the groups from `group` on. */
  readonly unpack: (bytes: Uint8Array, from: number, into: Unpacked, to: number, group: number) => void;
}
