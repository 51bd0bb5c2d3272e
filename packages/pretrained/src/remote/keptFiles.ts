import { openBytes, type OpenFile } from "../modelFiles.ts";
import type { FileCache } from "./fileCache.ts";

/** In which form a file is wanted of a cache: whole, or open. */
export interface Kept<T> {
  /** What is kept under a key; undefined if there is nothing, or something of another size. */
  find(key: string, size?: number): Promise<T | undefined>;
  /** The same of bytes that were fetched just now, and kept if the cache could. */
  of(key: string, bytes: Uint8Array): Promise<T>;
}

/** Files as bytes. */
export function wholeFiles(cache: FileCache): Kept<Uint8Array> {
  return {
    async find(key, size) {
      const bytes = await cache.read(key);
      return size === undefined || bytes?.length === size ? bytes : undefined;
    },
    of: (_, bytes) => Promise.resolve(bytes),
  };
}

/** Files to read parts of, so that memory holds no more than these. */
export function openFiles(cache: FileCache): Kept<OpenFile> {
  const find = async (key: string, size?: number): Promise<OpenFile | undefined> => {
    const file = await cache.open?.(key);
    if (file === undefined || size === undefined || file.size === size) return file;
    await file.close();
    return undefined;
  };
  return { find, of: async (key, bytes) => (await find(key, bytes.length)) ?? openBytes(bytes) };
}
