const FLOAT = new Float32Array(1);
const WORD = new Uint32Array(FLOAT.buffer);

/** The number of two bytes of half precision (IEEE 754 binary16), exactly. */
export function halfAt(bytes: Uint8Array, at: number): number {
  const half = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  const exponent = half & 0x7c00;
  if (exponent === 0) return (half & 0x8000 ? -1 : 1) * (half & 0x3ff) * 2 ** -24;
  WORD[0] = ((half & 0x8000) << 16) | (((half & 0x7fff) << 13) + (exponent === 0x7c00 ? 0x70000000 : 0x38000000));
  return FLOAT[0] as number;
}

/** The bits of a number in half precision: ties go to the even one, what is at least 65520 becomes infinity. */
export function halfBits(value: number): number {
  FLOAT[0] = value;
  const word = WORD[0] as number;
  return ((word >>> 16) & 0x8000) | halfOfMagnitude(word & 0x7fffffff);
}

function halfOfMagnitude(bits: number): number {
  if (bits > 0x7f800000) return 0x7e00;
  if (bits >= 0x47800000) return 0x7c00; // 65536 and above
  // Normal: move the exponent's bias from 127 to 15 and round; the carry of 65520 reaches infinity by itself.
  if (bits >= 0x38800000) return (bits - 0x38000000 + 0xfff + ((bits >>> 13) & 1)) >>> 13;
  if (bits <= 0x33000000) return 0; // half of the smallest subnormal: the tie goes to zero
  const shift = 126 - (bits >>> 23);
  const mantissa = (bits & 0x7fffff) | 0x800000;
  return (mantissa + (1 << (shift - 1)) - 1 + ((mantissa >>> shift) & 1)) >>> shift;
}
