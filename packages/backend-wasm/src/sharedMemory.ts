/** The reason that memory cannot be shared with threads here; undefined if it can. */
export function whyNoSharedMemory(): string | undefined {
  if (typeof SharedArrayBuffer === "undefined" || globalThis.crossOriginIsolated === false) {
    return (
      "the page is not cross-origin isolated: serve it with Cross-Origin-Opener-Policy: same-origin and " +
      "Cross-Origin-Embedder-Policy: require-corp"
    );
  }
  try {
    // The maximum size is reserved at once, which a small device may refuse.
    void new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
    return undefined;
  } catch (error) {
    return `shared memory was refused: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const MOST_PAGES = 65536; // 4 GiB, as in tfjs's module

const IMPORTS = 2;
const MEMORIES = 5;
const MEMORY = 2; // the kind of an import
const HAS_MAXIMUM = 1;
const SHARED = 2;

/**
 * Copies a wasm module and makes its memory, its own or an imported one, shared: the same bytes but for one flag.
 *
 * That is the only difference of a module for threads where no instruction is atomic
 * (https://github.com/WebAssembly/threads, "Spec changes": limits). So one build serves with threads and without.
 *
 * @throws RangeError if the module has no memory with a maximum, which a shared one needs
 */
export function withSharedMemory(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(module);
  const reader = new Reader(bytes, 8); // behind the magic number and the version
  while (!reader.isAtEnd) {
    const section = reader.byte();
    const end = reader.number() + reader.at;
    const flags = section === MEMORIES ? memoryFlags(reader) : section === IMPORTS ? importedFlags(reader) : undefined;
    if (flags !== undefined && (bytes[flags] ?? 0) & HAS_MAXIMUM) {
      bytes[flags] = HAS_MAXIMUM | SHARED;
      return bytes;
    }
    reader.at = end;
  }
  throw new RangeError("withSharedMemory: expected a wasm module with a memory that has a maximum, got none");
}

/** The position of the flags of the first memory. */
function memoryFlags(reader: Reader): number | undefined {
  return reader.number() > 0 ? reader.at : undefined;
}

function importedFlags(reader: Reader): number | undefined {
  for (let left = reader.number(); left > 0; left--) {
    reader.skip(reader.number()); // the module's name
    reader.skip(reader.number());
    const kind = reader.byte();
    if (kind === MEMORY) return reader.at;
    if (kind === 0) reader.number();
    else if (kind === 3) reader.skip(2);
    else return undefined; // a table: none of the modules here has one
  }
  return undefined;
}

/** Reads a wasm module's bytes and LEB128 numbers. */
class Reader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  skip(count: number): void {
    this.at += count;
  }

  byte(): number {
    return this.#bytes[this.at++] ?? 0;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    return value >>> 0;
  }
}
