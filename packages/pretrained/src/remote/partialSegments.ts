import { checksumOf, type ChecksumAlgorithm, startSha256, toHex } from "./checksum.ts";
import { concat, type PartialFile } from "./fileCache.ts";
import { openPieces } from "./filePieces.ts";
import { findSegments, type Segment, SEGMENT_BYTES, segmentOf, type SegmentStore } from "./segments.ts";

/** Resumes a file from its segments in storage. */
export async function resumeSegments(store: SegmentStore, algorithm?: ChecksumAlgorithm): Promise<PartialFile> {
  const hash = algorithm === "sha256" ? startSha256() : undefined;
  const segments: Segment[] = [];
  for (let offset = 0, blob; (blob = await store.get(offset)) !== undefined && blob.size > 0; offset += blob.size) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    segments.push(await segmentOf(bytes));
    hash?.update(bytes);
  }
  return partialSegments(store, segments, hash);
}

/**
 * Makes an unfinished file in segments. Segments that storage refuses are held in memory.
 *
 * @param kept the segments in storage
 * @param hash of these, where the file's SHA-256 will be asked for: it is computed while waiting for the network
 */
export function partialSegments(
  store: SegmentStore,
  kept: readonly Segment[] = [],
  hash?: ReturnType<typeof startSha256>,
): PartialFile {
  let segments = [...kept];
  let stored = segments.reduce((sum, { size }) => sum + size, 0);
  let waiting: Uint8Array[] = []; // of the segment that is not full
  let waitingSize = 0;
  let held: Uint8Array[] = []; // refused
  let heldSize = 0;
  let running = hash;

  const flush = async () => {
    if (waitingSize === 0) return;
    const bytes = concat(waiting);
    [waiting, waitingSize] = [[], 0];
    const segment = await segmentOf(bytes);
    if (held.length === 0 && (await store.put(stored, bytes))) {
      segments.push(segment);
      stored += bytes.length;
    } else {
      held.push(bytes);
      heldSize += bytes.length;
    }
  };
  const open = async () => {
    await flush();
    const blobs = await findSegments(store, segments);
    if (blobs !== undefined) return openPieces([...blobs, ...held]);
    throw new Error("expected the bytes that the browser keeps, got others: does another page write them? Try again");
  };
  return {
    get size() {
      return stored + heldSize + waitingSize;
    },
    async append(chunk) {
      running?.update(chunk);
      for (let at = 0; at < chunk.length;) {
        const part = chunk.slice(at, at + SEGMENT_BYTES - waitingSize);
        waiting.push(part);
        waitingSize += part.length;
        at += part.length;
        if (waitingSize === SEGMENT_BYTES) await flush();
      }
    },
    async restart() {
      for (let offset = 0; segments.length > 0; offset += segments.shift()?.size ?? 0) await store.remove(offset);
      [segments, waiting, held] = [[], [], []];
      [stored, waitingSize, heldSize] = [0, 0, 0];
      running &&= startSha256();
    },
    async checksum(algorithm, options) {
      return running !== undefined && algorithm === "sha256"
        ? toHex(running.clone().digest())
        : checksumOf(await open(), algorithm, options);
    },
    open,
    async finish() {
      await flush();
      if (held.length === 0) await store.finish(segments);
    },
    async close() {
      const isThere = waitingSize > 0 && (await store.get(stored)) !== undefined; // written by another page, and longer
      if (!isThere) await flush();
    },
  };
}
