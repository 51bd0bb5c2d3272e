import type { OpenFile, ReadOptions } from "../files/modelFiles.ts";
import { allocate, type FileCache } from "./fileCache.ts";

/** In which form a file is wanted of a cache: whole, or open. */
export interface Kept<T> {
  /** What is kept under a key; undefined if there is nothing, or something of another size. */
  find(key: string, size?: number, options?: ReadOptions): Promise<T | undefined>;
  /** The same of a file that was fetched just now. */
  of(file: OpenFile): Promise<T>;
}

/** Files as bytes. */
export function wholeFiles(cache: FileCache): Kept<Uint8Array> {
  return {
    async find(key, size) {
      const bytes = await cache.read(key);
      return size === undefined || bytes?.length === size ? bytes : undefined;
    },
    of: readAll,
  };
}

/** Files to read parts of, so that memory holds no more than these. */
export function openFiles(cache: FileCache): Kept<OpenFile> {
  return {
    async find(key, size, options) {
      const file = await cache.open?.(key, options);
      if (file === undefined || size === undefined || file.size === size) return file;
      await file.close();
      return undefined;
    },
    of: (file) => Promise.resolve(file),
  };
}

/** All bytes of a file, which is closed then. @throws PretrainedError if they do not fit into memory */
export async function readAll(file: OpenFile): Promise<Uint8Array> {
  try {
    return await file.read(0, file.size, allocate(file.size));
  } finally {
    await file.close();
  }
}
