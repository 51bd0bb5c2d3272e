import type { Unpacked } from "../blocks/blockFormat.ts";

/**
 * Packs the codes from `code` on, and their scales and offsets from `group` on, to one block at byte `to`.
 *
 * @returns whether the block holds them exactly
 */
export type Packing = (from: Unpacked, code: number, group: number, bytes: Uint8Array, to: number) => boolean;
