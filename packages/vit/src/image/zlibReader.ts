import { brokenImage } from "./imageFileError.ts";

/** Unpacks zlib data piece by piece, no further than is asked for. */
export class ZlibReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest = new Uint8Array();
  #at = 0;

  constructor(packed: readonly Uint8Array[]) {
    const unpacking = new DecompressionStream("deflate");
    this.#reader = new Blob([...packed] as BlobPart[]).stream().pipeThrough(unpacking).getReader();
  }

  /** Fills `bytes` if they are there already. */
  take(bytes: Uint8Array): boolean {
    if (this.#rest.length - this.#at < bytes.length) return false;
    bytes.set(this.#rest.subarray(this.#at, this.#at + bytes.length));
    this.#at += bytes.length;
    return true;
  }

  /** Unpacks more. @throws ImageFileError if the data end or are broken */
  async more(): Promise<void> {
    const { value, done } = await this.#reader.read().catch((cause: unknown) => {
      throw brokenImage("its pixels do not unpack", cause);
    });
    if (done) throw brokenImage("its pixels end early");
    const joined = new Uint8Array(this.#rest.length - this.#at + value.length);
    joined.set(this.#rest.subarray(this.#at));
    joined.set(value, this.#rest.length - this.#at);
    [this.#rest, this.#at] = [joined, 0];
  }

  /** Leaves what is not read. */
  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }
}
