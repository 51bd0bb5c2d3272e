/**
 * Rounds to half precision (IEEE 754 binary16), as bits. Ties go to the even one, what is at least
 * 65520 becomes infinity, what is at most 2^-25 becomes zero, NaN stays NaN.
 */
export function toFloat16(data: Float32Array): Uint16Array {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const halves = new Uint16Array(data.length);
  for (let i = 0; i < halves.length; i++) {
    const word = bits[i] as number;
    halves[i] = ((word >>> 16) & 0x8000) | halfOfMagnitude(word & 0x7fffffff);
  }
  return halves;
}

/** Rounds the bits of a non-negative float to half precision. */
function halfOfMagnitude(bits: number): number {
  if (bits > 0x7f800000) return 0x7e00 | ((bits >>> 13) & 0x3ff); // a quiet NaN that keeps its payload's top
  if (bits >= 0x47800000) return 0x7c00; // 65536 and above
  // Normal: move the exponent's bias from 127 to 15 and round; the carry of 65520 reaches infinity by itself.
  if (bits >= 0x38800000) return (bits - 0x38000000 + 0xfff + ((bits >>> 13) & 1)) >>> 13;
  if (bits <= 0x33000000) return 0; // half of the smallest subnormal: the tie goes to zero
  const shift = 126 - (bits >>> 23);
  const mantissa = (bits & 0x7fffff) | 0x800000;
  return (mantissa + (1 << (shift - 1)) - 1 + ((mantissa >>> shift) & 1)) >>> shift;
}

/** Converts half-precision bits to numbers, exactly, written into `data`. */
export function fromFloat16(halves: Uint16Array, data: Float32Array = new Float32Array(halves.length)): Float32Array {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i] as number;
    const exponent = half & 0x7c00;
    const magnitude = (half & 0x7fff) << 13;
    const sign = (half & 0x8000) << 16;
    if (exponent === 0) data[i] = (sign === 0 ? 1 : -1) * (half & 0x3ff) * 2 ** -24;
    else bits[i] = sign | (magnitude + (exponent === 0x7c00 ? 0x70000000 : 0x38000000));
  }
  return data;
}

/** Rounds to bfloat16, as bits. Ties go to the even one, NaN stays NaN. */
export function toBFloat16(data: Float32Array): Uint16Array {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const halves = new Uint16Array(data.length);
  for (let i = 0; i < halves.length; i++) {
    const word = bits[i] as number;
    const isNaN = (word & 0x7fffffff) > 0x7f800000;
    halves[i] = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return halves;
}

/** Converts bfloat16 bits to numbers, exactly, written into `data`. */
export function fromBFloat16(halves: Uint16Array, data: Float32Array = new Float32Array(halves.length)): Float32Array {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < bits.length; i++) bits[i] = (halves[i] as number) << 16;
  return data;
}
