import { statfs } from "node:fs/promises";
import {
  blobPath,
  type CacheEntry,
  digestOf,
  makeSubfolder,
  openBlob,
  readBlob,
  readEntry,
  writeEntry,
  writeWhole,
} from "./cacheFiles.ts";
import { fileReason } from "../files/fileReason.ts";
import type { ReadOptions } from "../files/modelFiles.ts";
import { orInMemory } from "./orInMemory.ts";
import { beginPartial } from "./partialFiles.ts";
import { type FileCache, memoryPartial } from "../remote/fileCache.ts";
import { sweepCache } from "./sweepCache.ts";

/**
 * Caches files in a folder, which any number of processes may share.
 *
 * Names in it are digests: bytes lie under their SHA-256, and an entry under that of its key refers to its bytes. So
 * no text of a server can name a file, and bytes that changed on the disk are not mistaken for the cached ones.
 * Each process writes under a name of its own and renames complete files into place; the unfinished files of an ended
 * process are resumed by the next one. A folder that cannot be read or written, or is full, caches nothing: files are
 * then held in memory until they are read.
 *
 * @param onCacheError called once with the reason why something is not cached
 */
export function folderCache(folder: string, onCacheError: (reason: string) => void = () => undefined): FileCache {
  let isTold = false;
  const refuse = (error: unknown) => {
    if (!isTold) onCacheError(`the cache ${folder}: ${fileReason(error)}`);
    isTold = true;
  };
  let swept: Promise<void> | undefined;

  /** Runs `work` for the entry of a key; undefined if there is no readable one. */
  const withEntry = async <T>(
    key: string,
    work: (folder: string, entry: CacheEntry, options: ReadOptions) => Promise<T | undefined>,
    options: ReadOptions = {},
  ): Promise<T | undefined> => {
    try {
      const entry = await readEntry(folder, key);
      return entry && (await work(folder, entry, options));
    } catch (error) {
      options.signal?.throwIfAborted();
      refuse(error);
      return undefined;
    }
  };

  return {
    read: (key) => withEntry(key, readBlob),
    open: (key, options) => withEntry(key, openBlob, options),
    async write(key, bytes) {
      try {
        await writeKept(folder, key, bytes);
      } catch (error) {
        refuse(error);
      }
    },
    async begin(key, size = 0) {
      try {
        await (swept ??= sweepCache(folder));
        const part = await beginPartial(folder, key);
        const reason = await noRoom(folder, size - part.size);
        if (reason === undefined) return orInMemory(part, refuse);
        await part.close();
        throw new Error(reason);
      } catch (error) {
        refuse(error);
        return memoryPartial();
      }
    },
  };
}

/** Writes an entry unless it exists: a complete cache may be read-only. */
async function writeKept(folder: string, key: string, bytes: Uint8Array): Promise<void> {
  const sha256 = digestOf(bytes);
  const entry = await readEntry(folder, key);
  if (entry?.sha256 === sha256 && (await readBlob(folder, entry)) !== undefined) return;
  await makeSubfolder(folder, "blobs");
  await writeWhole(folder, blobPath(folder, sha256), bytes);
  await writeEntry(folder, { key, size: bytes.length, sha256 });
}

/** The reason why there is no room for so many bytes; undefined if there is, or it is unknown. */
async function noRoom(folder: string, bytes: number): Promise<string | undefined> {
  const facts = await statfs(folder).catch(() => undefined);
  if (facts === undefined || bytes <= facts.bavail * facts.bsize) return undefined;
  return `expected room for ${bytes} bytes, got ${facts.bavail * facts.bsize}`;
}
