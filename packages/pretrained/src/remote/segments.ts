import type { ReadOptions } from "../files/modelFiles.ts";
import { toHex } from "./checksum.ts";

/** How much is kept in one entry of a browser's storage: what memory holds of a file, and what a closed page loses. */
export const SEGMENT_BYTES = 2 ** 22;

/** So many bytes of a file, and what they are. */
export interface Segment {
  readonly size: number;
  /** Of the bytes, in lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** Where the segments of one file lie, by the offset that each begins at. Where storage is forbidden it is empty. */
export interface SegmentStore {
  get(offset: number): Promise<Blob | undefined>;
  /** @returns whether it is kept */
  put(offset: number, bytes: Uint8Array): Promise<boolean>;
  remove(offset: number): Promise<void>;
  /** Says of which segments the whole file is. */
  finish(segments: readonly Segment[]): Promise<boolean>;
}

/** The segment that bytes are. It is small, so that Web Crypto, the fastest, can have it whole. */
export async function segmentOf(bytes: Uint8Array): Promise<Segment> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
  return { size: bytes.length, sha256: toHex(new Uint8Array(digest)) };
}

/**
 * The blobs of segments, which stay the same whatever another page writes over them. One that is not what it was is
 * removed, so that it is fetched again.
 *
 * @returns undefined if one is missing or has other bytes by now
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
