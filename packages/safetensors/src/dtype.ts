/**
 * Bytes per element of every dtype read and written here, in the format's own order.
 *
 * https://github.com/huggingface/safetensors/blob/v0.6.2/safetensors/src/tensor.rs (`enum Dtype`), without the
 * types below one byte, the powers of two of 8 bits (`F8_E8M0`) and complex numbers.
 */
export const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

/** The type of a tensor's elements, by the name it has in a file. */
export type Dtype = keyof typeof DTYPE_BYTES;

/** Whether `name` is a dtype that can be read here. */
export function isDtype(name: unknown): name is Dtype {
  return typeof name === "string" && Object.hasOwn(DTYPE_BYTES, name);
}
