/** Codes of 0 to 255 less 128, in the same memory: kernels take those of 8 bits signed. */
export function signedCodes(codes: Uint8Array): Int8Array {
  for (let i = 0; i < codes.length; i++) codes[i] = (codes[i] as number) ^ 128;
  return new Int8Array(codes.buffer, codes.byteOffset, codes.length);
}
