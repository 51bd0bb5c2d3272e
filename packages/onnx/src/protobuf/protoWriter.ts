const [VARINT, BYTES, FIXED32] = [0, 2, 5]; // wire types, https://protobuf.dev/programming-guides/encoding

/** Writes the fields of a message of Protocol Buffers. Long byte strings are kept as they are, and not copied. */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];
  #small: number[] = [];
  #length = 0;

  /** The number of bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** An integer, 64 bits of two's complement where it is negative. */
  int(field: number, value: number | bigint): this {
    this.#varint((field << 3) | VARINT);
    return this.#varint(value);
  }

  float(field: number, value: number): this {
    this.#varint((field << 3) | FIXED32);
    return this.#put([...new Uint8Array(Float32Array.of(value).buffer)]);
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint((field << 3) | BYTES);
    this.#varint(value.length);
    if (value.length < 64) return this.#put([...value]);
    this.#flush();
    this.#parts.push(value);
    this.#length += value.length;
    return this;
  }

  /** A message inside. */
  message(field: number, write: (inside: ProtoWriter) => void): this {
    const inside = new ProtoWriter();
    write(inside);
    this.#varint((field << 3) | BYTES);
    this.#varint(inside.length);
    this.#flush();
    for (const part of inside.finish()) this.#parts.push(part);
    this.#length += inside.length;
    return this;
  }

  /** The bytes, one part after another. */
  finish(): readonly Uint8Array[] {
    this.#flush();
    return this.#parts;
  }

  #varint(value: number | bigint): this {
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    return this.#put([...bytes, Number(rest)]);
  }

  #put(bytes: readonly number[]): this {
    this.#small.push(...bytes);
    this.#length += bytes.length;
    return this;
  }

  #flush(): void {
    if (this.#small.length > 0) this.#parts.push(Uint8Array.from(this.#small));
    this.#small = [];
  }
}
