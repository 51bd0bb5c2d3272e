import type { OpenFile, ReadOptions } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import { type ChecksumAlgorithm, checksumOf } from "./checksum.ts";
import { openPieces } from "./filePieces.ts";

/** A cache of fetched files: a folder, a browser's storage, memory. */
export interface FileCache {
  /** Reads the bytes of a finished file, or undefined. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Opens a finished file to read parts of it, checked as in `read`. Left out where files can be read only whole. */
  open?(key: string, options?: ReadOptions): Promise<OpenFile | undefined>;
  /** Stores a small file at once, in place of an earlier one. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /**
   * Begins a file, or resumes one whose earlier download was cut off.
   *
   * @param size in bytes, if known
   * @param algorithm of the checksum that will be needed, so that it may be computed as bytes arrive
   */
  begin(key: string, size?: number, algorithm?: ChecksumAlgorithm): Promise<PartialFile>;
}

/** An unfinished file: it cannot be read from the cache before it is finished. */
export interface PartialFile {
  /** The number of bytes so far. */
  readonly size: number;
  /** Appends bytes. */
  append(chunk: Uint8Array): Promise<void>;
  /** Discards all bytes. */
  restart(): Promise<void>;
  /** Computes the checksum of the bytes so far, in lower-case hexadecimal digits. */
  checksum(algorithm: ChecksumAlgorithm, options?: ReadOptions): Promise<string>;
  /** Opens the bytes so far, to read parts of them: also after this file is finished and closed. */
  open(): Promise<OpenFile>;
  /** Marks the file as complete: from now on the cache reads it. */
  finish(): Promise<void>;
  /** Closes the file; unless it is finished, its bytes stay for the next attempt. */
  close(): Promise<void>;
}

/** Caches files as long as the object lives, in the chunks in which they came. */
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

/** Callbacks for the chunks of a partial file in memory. */
interface MemoryPartialOptions {
  readonly onFinish?: (chunks: readonly Uint8Array[]) => void;
  /** Called with the chunks of an unfinished file. */
  readonly onClose?: (chunks: readonly Uint8Array[]) => void;
}

/** Makes an unfinished file in memory. */
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

/** Joins chunks into one array. */
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

/** @throws PretrainedError if so many bytes cannot be allocated */
export function allocate(size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch {
    throw new PretrainedError(`expected a file that fits into memory, got one of ${size} bytes`);
  }
}
