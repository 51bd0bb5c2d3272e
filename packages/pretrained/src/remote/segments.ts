import type { ReadOptions } from "../files/modelFiles.ts";
import { toHex } from "./checksum.ts";

/** The size of a segment in a browser's storage: the part of a file in memory, and the loss when a page is closed. */
export const SEGMENT_BYTES = 2 ** 22;

/** Size and checksum of a segment of a file. */
export interface Segment {
  readonly size: number;
  /** SHA-256 of the bytes, in lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** The stored segments of one file, by their offset. It is empty where storage is forbidden. */
export interface SegmentStore {
  get(offset: number): Promise<Blob | undefined>;
  /** @returns whether it is stored */
  put(offset: number, bytes: Uint8Array): Promise<boolean>;
  remove(offset: number): Promise<void>;
  /** Stores the list of the whole file's segments. */
  finish(segments: readonly Segment[]): Promise<boolean>;
}

/** Describes a segment by its bytes. It is small, so that Web Crypto, the fastest, can hash it at once. */
export async function segmentOf(bytes: Uint8Array): Promise<Segment> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
  return { size: bytes.length, sha256: toHex(new Uint8Array(digest)) };
}

/**
 * Finds the blobs of segments, which stay the same even if another page overwrites them. A damaged one is
 * removed, so that it is fetched again.
 *
 * @returns undefined if one is missing or damaged
 */
export async function findSegments(
  store: SegmentStore,
  segments: readonly Segment[],
  { signal }: ReadOptions = {},
): Promise<Blob[] | undefined> {
  const blobs: Blob[] = [];
  let offset = 0;
  for (const segment of segments) {
    signal?.throwIfAborted();
    const blob = await store.get(offset);
    if (blob === undefined || !(await isSegment(blob, segment))) {
      await store.remove(offset);
      return undefined;
    }
    blobs.push(blob);
    offset += segment.size;
  }
  return blobs;
}

async function isSegment(blob: Blob, { size, sha256 }: Segment): Promise<boolean> {
  const bytes = blob.size === size ? await blob.arrayBuffer().catch(() => undefined) : undefined; // none if it was evicted
  return bytes !== undefined && (await segmentOf(new Uint8Array(bytes))).sha256 === sha256;
}
