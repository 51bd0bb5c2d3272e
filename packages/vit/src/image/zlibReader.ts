import { brokenImage } from "./imageFileError.ts";

/** Bytes that are copied faster one by one. */
const SHORT = 64;

/** Decompresses zlib data piece by piece, no further than requested. */
export class ZlibReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();
  #at = 0;

  constructor(packed: readonly Uint8Array[]) {
    const unpacking = new DecompressionStream("deflate");
    this.#reader = new Blob([...packed] as BlobPart[]).stream().pipeThrough(unpacking).getReader();
  }

  /** Fills `bytes` from `from` on with data that is decompressed already, and returns how far. */
  fill(bytes: Uint8Array, from: number): number {
    const count = Math.min(bytes.length - from, this.#rest.length - this.#at);
    if (count > SHORT) bytes.set(this.#rest.subarray(this.#at, this.#at + count), from);
    else for (let i = 0; i < count; i++) bytes[from + i] = this.#rest[this.#at + i] as number;
    this.#at += count;
    return from + count;
  }

  /** Decompresses more, once all is read. @throws ImageFileError if the data end or are broken */
  async more(): Promise<void> {
    const { value, done } = await this.#reader.read().catch((cause: unknown) => {
      throw brokenImage("its pixels do not unpack", cause);
    });
    if (done) throw brokenImage("its pixels end early");
    [this.#rest, this.#at] = [value, 0];
  }

  /** Discards unread data. */
  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }
}
