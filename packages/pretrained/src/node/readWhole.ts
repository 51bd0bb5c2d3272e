import { constants } from "node:fs";
import { lstat, open, stat } from "node:fs/promises";
import type { Hash } from "node:crypto";
import { allocate } from "../remote/fileCache.ts";
import { expectWithin, type Limit } from "../remote/fileLimits.ts";

/** Options of reading a file. */
interface ReadWholeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether a symbolic link is followed. Default true. */
  readonly follow?: boolean;
  /** Updated with the bytes as they are read. */
  readonly hash?: Hash;
  /** The limit of its size. */
  readonly limit?: Limit;
}

/** The number of bytes read at once: hashing as many takes a few milliseconds. */
const PIECE = 2 ** 24;

/**
 * Reads a regular file of any size; `fs.readFile` ends at 2 GiB.
 *
 * @throws the system's error, with its code; `EISDIR` for anything but a regular file
 */
export async function readWhole(path: string, options: ReadWholeOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { signal, follow = true, hash, limit } = options;
  const facts = await (follow ? stat(path) : lstat(path));
  if (!facts.isFile()) throw Object.assign(new Error(`${path} is no regular file`), { code: "EISDIR" });
  if (limit !== undefined) expectWithin(path, limit, facts.size);
  const file = await open(path, follow ? "r" : constants.O_RDONLY | noFollow);
  try {
    const bytes = allocate((await file.stat()).size);
    for (let at = 0; at < bytes.length;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(bytes, at, Math.min(PIECE, bytes.length - at), at);
      if (bytesRead === 0) throw new Error(`expected ${bytes.length} bytes, got ${at}: another program shortened it`);
      hash?.update(bytes.subarray(at, at + bytesRead));
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** The flag that makes opening a symbolic link an error; absent on Windows. */
export const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0;
