/** Where files that were fetched are kept: a folder, a browser's storage, memory. */
export interface FileCache {
  /** The bytes of a file that was finished, or undefined. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Keeps a small file at once, in place of what was there. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** Begins a file, or goes on with one where an earlier try was cut off. */
  begin(key: string): Promise<PartialFile>;
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
      let chunks = partial.get(key) ?? [];
      partial.delete(key);
      const bytes = () => concat(chunks);
      return Promise.resolve({
        get size() {
          return chunks.reduce((sum, { length }) => sum + length, 0);
        },
        append: (chunk) => Promise.resolve(void chunks.push(chunk)),
        restart: () => Promise.resolve(void (chunks = [])),
        read: () => Promise.resolve(bytes()),
        finish: () => {
          whole.set(key, bytes());
          chunks = [];
          return Promise.resolve();
        },
        close: () => Promise.resolve(void (chunks.length > 0 && partial.set(key, chunks))),
      });
    },
  };
}

/** Chunks as one array. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
