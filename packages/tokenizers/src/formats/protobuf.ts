import { TokenizerError } from "../checks/tokenizerError.ts";

/** A field of a protobuf message: a number as stored (of a float: its bits), or bytes. */
export interface ProtobufField {
  readonly number: number;
  readonly value: number;
  readonly bytes: Uint8Array;
}

/** Reads the fields of a protobuf message, in order (https://protobuf.dev/programming-guides/encoding/). */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const need = (count: number): void => {
    if (at + count > message.length)
      throw new TokenizerError(`protobuf: expected ${count} more bytes at ${at}, got the end`);
  };
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      need(1);
      const byte = message[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      if (scale > 2 ** 63) throw new TokenizerError(`protobuf: a number that does not end at ${at}`);
    }
  };
  const none = new Uint8Array();
  while (at < message.length) {
    const key = varint();
    const wire = key % 8;
    const size = wire === 0 ? 0 : wire === 1 ? 8 : wire === 2 ? varint() : wire === 5 ? 4 : undefined;
    if (size === undefined) throw new TokenizerError(`protobuf: expected a known type of field at ${at}, got ${wire}`);
    need(size);
    const value = wire === 0 ? varint() : wire === 5 ? view.getUint32(at, true) : 0;
    yield { number: Math.floor(key / 8), value, bytes: wire === 2 ? message.subarray(at, at + size) : none };
    at += size;
  }
}
