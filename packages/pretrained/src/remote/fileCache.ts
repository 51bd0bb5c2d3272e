import type { OpenFile, ReadOptions } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import { type ChecksumAlgorithm, checksumOf } from "./checksum.ts";
import { openPieces } from "./filePieces.ts";

/** Where files that were fetched are kept: a folder, a browser's storage, memory. */
export interface FileCache {
  /** The bytes of a file that was finished, or undefined. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** The same to read parts of it, checked as `read` does. Left out where files can be read whole only. */
  open?(key: string, options?: ReadOptions): Promise<OpenFile | undefined>;
  /** Keeps a small file at once, in place of what was there. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /**
   * Begins a file, or goes on with one where an earlier try was cut off.
   *
   * @param size in bytes, if that is known
   * @param algorithm of the checksum that will be asked for, so that it may be computed of bytes as they come
   */
  begin(key: string, size?: number, algorithm?: ChecksumAlgorithm): Promise<PartialFile>;
}

/** A file that is not whole yet: nobody reads it from the cache before it is finished. */
export interface PartialFile {
  /** How many bytes are there. */
  readonly size: number;
  /** Puts bytes at its end. */
  append(chunk: Uint8Array): Promise<void>;
  /** Forgets what is there. */
  restart(): Promise<void>;
  /** The checksum of what is there, in lower-case hexadecimal digits. */
  checksum(algorithm: ChecksumAlgorithm, options?: ReadOptions): Promise<string>;
  /** What is there, to read parts of it: also when this one is finished and closed. */
  open(): Promise<OpenFile>;
  /** Says that it is whole: from now on the cache reads it. */
  finish(): Promise<void>;
  /** Lets go of it; unless it is finished, what is there stays for the next try. */
  close(): Promise<void>;
}

/** Keeps files as long as the object lives, in the chunks in which they came. */
export function memoryCache(): FileCache {
  const whole = new Map<string, readonly Uint8Array[]>();
  const partial = new Map<string, readonly Uint8Array[]>();
  return {
    read: (key) => {
      const chunks = whole.get(key);
      if (chunks === undefined) return Promise.resolve(undefined);
      const bytes = concat(chunks);
      whole.set(key, [bytes]);
      return Promise.resolve(bytes);
    },
    open: (key) => {
      const chunks = whole.get(key);
      return Promise.resolve(chunks && openPieces(chunks));
    },
    write: (key, bytes) => Promise.resolve(void whole.set(key, [bytes])),
    begin: (key) => {
      const left = partial.get(key);
      partial.delete(key);
      return Promise.resolve(
        memoryPartial(left, {
          onFinish: (chunks) => whole.set(key, chunks),
          onClose: (chunks) => partial.set(key, chunks),
        }),
      );
    },
  };
}

/** Who takes the chunks that a file in memory has in the end. */
interface MemoryPartialOptions {
  readonly onFinish?: (chunks: readonly Uint8Array[]) => void;
  /** Given those of one that is not finished. */
  readonly onClose?: (chunks: readonly Uint8Array[]) => void;
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
    checksum: (algorithm, options) => checksumOf(openPieces(chunks), algorithm, options),
    open: () => Promise.resolve(openPieces(chunks)),
    finish: () => {
      options.onFinish?.(chunks);
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
