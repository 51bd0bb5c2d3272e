import type { OpenFile, ReadOptions } from "../files/modelFiles.ts";
import { allocate, type FileCache } from "./fileCache.ts";

/** The form of a file from a cache: whole, or open. */
export interface Kept<T> {
  /** Finds the file of a key; undefined if there is none, or one of another size. */
  find(key: string, size?: number, options?: ReadOptions): Promise<T | undefined>;
  /** Converts a file that was just fetched. */
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

/** Files that are read in parts, so that memory holds no more than these. */
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

/** Reads all bytes of a file and closes it. @throws PretrainedError if they do not fit into memory */
export async function readAll(file: OpenFile): Promise<Uint8Array> {
  try {
    return await file.read(0, file.size, allocate(file.size));
  } finally {
    await file.close();
  }
}
