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
 * Keeps files in a folder, which any number of processes may share.
 *
 * Names in it are digests: bytes lie under their SHA-256, and an entry under that of its key says which bytes it has. So
 * nothing that a server says can name a file, and bytes that changed on the disk are not taken for those that were kept.
 * Each process writes under a name of its own and renames what is whole into place; what a process that has ended left
 * half-done, the next one goes on with. A folder that cannot be read or written, or has no room, keeps nothing: files are
 * then held in memory until they are read.
 *
 * @param onUnkept told once why something is not kept
 */
export function folderCache(folder: string, onUnkept: (reason: string) => void = () => undefined): FileCache {
  let isTold = false;
  const refuse = (error: unknown) => {
    if (!isTold) onUnkept(`the cache ${folder}: ${fileReason(error)}`);
    isTold = true;
  };
  let swept: Promise<void> | undefined;

  /** What `work` gives for the entry of a key; undefined if there is none that can be read. */
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

/** Writes nothing where the same is there: a cache that is complete may be read-only. */
async function writeKept(folder: string, key: string, bytes: Uint8Array): Promise<void> {
  const sha256 = digestOf(bytes);
  const entry = await readEntry(folder, key);
  if (entry?.sha256 === sha256 && (await readBlob(folder, entry)) !== undefined) return;
  await makeSubfolder(folder, "blobs");
  await writeWhole(folder, blobPath(folder, sha256), bytes);
  await writeEntry(folder, { key, size: bytes.length, sha256 });
}

/** Why there is no room for so many bytes; undefined if there is, or nobody knows. */
async function noRoom(folder: string, bytes: number): Promise<string | undefined> {
  const facts = await statfs(folder).catch(() => undefined);
  if (facts === undefined || bytes <= facts.bavail * facts.bsize) return undefined;
  return `expected room for ${bytes} bytes, got ${facts.bavail * facts.bsize}`;
}
