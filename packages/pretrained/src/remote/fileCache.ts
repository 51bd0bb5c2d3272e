import type { OpenFile } from "../modelFiles.ts";
import { PretrainedError } from "../pretrainedError.ts";

/** Where files that were fetched are kept: a folder, a browser's storage, memory. */
export interface FileCache {
  /** The bytes of a file that was finished, or undefined. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** The same to read parts of it, checked as `read` does. Left out where files are in memory anyway. */
  open?(key: string): Promise<OpenFile | undefined>;
  /** Keeps a small file at once, in place of what was there. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** Begins a file, or goes on with one where an earlier try was cut off. @param size in bytes, if that is known */
  begin(key: string, size?: number): Promise<PartialFile>;
}

/** A file that is not whole yet: nobody reads it from the cache before it is finished. */
export interface PartialFile {
  /** How many bytes are there. */
  readonly size: number;
  /** Puts bytes at its end. */
  append(chunk: Uint8Array): Promise<void>;
  /** Forgets what is there. */
  restart(): Promise<void>;
  /** What is there. */
  read(): Promise<Uint8Array>;
  /** Says that it is whole: from now on the cache reads it. */
  finish(): Promise<void>;
  /** Lets go of it; unless it is finished, what is there stays for the next try. */
  close(): Promise<void>;
}

/** Keeps files as long as the object lives. */
export function memoryCache(): FileCache {
  const whole = new Map<string, Uint8Array>();
  const partial = new Map<string, Uint8Array[]>();
  return {
    read: (key) => Promise.resolve(whole.get(key)),
    write: (key, bytes) => Promise.resolve(void whole.set(key, bytes)),
    begin: (key) => {
      const left = partial.get(key);
      partial.delete(key);
      const onFinish = (bytes: Uint8Array) => whole.set(key, bytes);
      const onClose = (chunks: Uint8Array[]) => partial.set(key, chunks);
      return Promise.resolve(memoryPartial(left, { onFinish, onClose }));
    },
  };
}

/** Who takes what a file in memory has in the end. */
interface MemoryPartialOptions {
  readonly onFinish?: (bytes: Uint8Array) => void;
  /** Given the chunks of one that is not finished. */
  readonly onClose?: (chunks: Uint8Array[]) => void;
}

/** A file that is not whole yet, in memory. */
export function memoryPartial(left: readonly Uint8Array[] = [], options: MemoryPartialOptions = {}): PartialFile {
  let chunks = [...left];
  let size = chunks.reduce((sum, { length }) => sum + length, 0);
  const clear = () => {
    chunks = [];
    size = 0;
  };
  return {
    get size() {
      return size;
    },
    append: (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      return Promise.resolve();
    },
    restart: () => Promise.resolve(clear()),
    read: () => {
      const bytes = concat(chunks);
      chunks = [bytes];
      return Promise.resolve(bytes);
    },
    finish: () => {
      options.onFinish?.(concat(chunks));
      clear();
      return Promise.resolve();
    },
    close: () => Promise.resolve(void (size > 0 && options.onClose?.(chunks))),
  };
}

/** Chunks as one array. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const bytes = allocate(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** @throws PretrainedError if there is no piece of memory of so many bytes */
export function allocate(size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch {
    throw new PretrainedError(`expected a file that fits into memory, got one of ${size} bytes`);
  }
}
