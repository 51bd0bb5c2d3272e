import { AudioError } from "../audioError.ts";

/** Reads numbers of any width from bytes, the highest bit first. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #byte: number;
  /** Of the current byte, read so far. */
  #bit = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#byte = start;
  }

  /** The place of the next byte, the current one if it is begun. */
  get place(): number {
    return this.#byte + (this.#bit > 0 ? 1 : 0);
  }

  /** An unsigned number of at most 36 bits. @throws AudioError at the end of the bytes */
  unsigned(width: number): number {
    let value = 0;
    for (let left = width; left > 0;) {
      if (this.#byte >= this.#bytes.length)
        throw new AudioError("expected more bytes, got the end: the file is cut off");
      const free = 8 - this.#bit;
      const take = Math.min(left, free);
      const part = ((this.#bytes[this.#byte] as number) >> (free - take)) & ((1 << take) - 1);
      value = value * 2 ** take + part;
      left -= take;
      this.#bit += take;
      if (this.#bit === 8) [this.#bit, this.#byte] = [0, this.#byte + 1];
    }
    return value;
  }

  /** A signed number, its highest bit the sign. */
  signed(width: number): number {
    const value = this.unsigned(width);
    return width > 0 && value >= 2 ** (width - 1) ? value - 2 ** width : value;
  }

  /** The number of zeros before the next one. */
  zeros(): number {
    let count = 0;
    while (this.unsigned(1) === 0) count += 1;
    return count;
  }

  /** Goes to the beginning of a byte. */
  align(): void {
    [this.#byte, this.#bit] = [this.place, 0];
  }
}
