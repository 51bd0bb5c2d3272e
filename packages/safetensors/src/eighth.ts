import { fromFloat16 } from "./half.ts";

/** Converts 8-bit floats of 5 bits of exponent and 2 of mantissa (E5M2) to numbers: each is the upper byte of a half. */
export function fromE5M2(bytes: Uint8Array): Float32Array {
  return lookedUp(bytes, fromFloat16(Uint16Array.from(EVERY, (byte) => byte << 8)));
}

/**
 * Converts 8-bit floats of 4 bits of exponent and 3 of mantissa to numbers: E4M3FN, which has no infinities, and NaN in the
 * place of the largest number alone (arXiv:2209.05433).
 */
export function fromE4M3(bytes: Uint8Array): Float32Array {
  return lookedUp(bytes, Float32Array.from(EVERY, numberOfE4M3));
}

const EVERY = Uint8Array.from({ length: 256 }, (_, byte) => byte);

function numberOfE4M3(byte: number): number {
  const size = byte & 0x7f;
  const [exponent, mantissa] = [size >> 3, size & 7];
  const value = exponent === 0 ? mantissa * 2 ** -9 : (8 + mantissa) * 2 ** (exponent - 10);
  return (byte < 128 ? 1 : -1) * (size === 0x7f ? NaN : value);
}

function lookedUp(bytes: Uint8Array, numbers: Float32Array): Float32Array {
  const data = new Float32Array(bytes.length);
  for (let i = 0; i < data.length; i++) data[i] = numbers[bytes[i] as number] as number;
  return data;
}
