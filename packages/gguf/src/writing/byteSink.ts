/** Bytes that grow as numbers and text are appended, little endian. */
export class ByteSink {
  #bytes = new Uint8Array(1024);
  #length = 0;

  /** The bytes appended so far. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Appends `width` bytes, which `write` fills. */
  append(width: number, write: (view: DataView) => void): void {
    write(new DataView(this.#room(width).buffer, this.#length - width, width));
  }

  uint32(value: number): void {
    this.append(4, (view) => view.setUint32(0, value, true));
  }

  uint64(value: number | bigint): void {
    this.append(8, (view) => view.setBigUint64(0, BigInt(value), true));
  }

  string(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.uint64(bytes.length);
    this.#room(bytes.length).set(bytes, this.#length - bytes.length);
  }

  /** Appends zeros up to the next multiple of `alignment`. */
  align(alignment: number): void {
    const rest = this.#length % alignment;
    if (rest !== 0) this.#room(alignment - rest);
  }

  #room(count: number): Uint8Array<ArrayBuffer> {
    const length = this.#length + count;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#length = length;
    return this.#bytes;
  }
}
