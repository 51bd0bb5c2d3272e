import { type Dtype, DTYPE_BYTES } from "./dtype.ts";
import { fromE4M3, fromE5M2 } from "./eighth.ts";
import { fromBFloat16, fromFloat16 } from "./half.ts";
import { checkSafeTensor, type SafeTensor } from "./safeTensor.ts";
import { SafetensorsError } from "./safetensorsError.ts";

/**
 * Converts the elements to float32: exact for F32, F16, BF16, 8-bit floats and small integers, the nearest number otherwise.
 * Aligned F32 data shares the file's memory; everything else is a copy.
 *
 * @param into an array of as many elements to write them to, so that no memory is needed
 * @throws SafetensorsError if it has more or fewer, or the tensor is none
 */
export function toFloat32(tensor: SafeTensor, into?: Float32Array): Float32Array {
  checkSafeTensor("toFloat32", tensor);
  const { dtype, bytes } = tensor;
  const count = bytes.length / DTYPE_BYTES[dtype];
  if (into !== undefined && into.length !== count) {
    throw new SafetensorsError(`toFloat32: expected an array for ${count} elements, got one of ${into.length}`);
  }
  const data = FLOAT32[dtype](bytes, into);
  if (into === undefined || data === into) return data;
  into.set(data);
  return into;
}

/**
 * Converts the elements to int32, exactly; a number that int32 cannot hold is an error.
 * Aligned I32 data shares the file's memory; everything else is a copy.
 *
 * @throws SafetensorsError if the dtype is no integer type, or an element is too large
 */
export function toInt32(tensor: SafeTensor): Int32Array {
  checkSafeTensor("toInt32", tensor);
  const { dtype, bytes } = tensor;
  const read = INT32[dtype];
  if (read === undefined) throw new SafetensorsError(`toInt32: expected a tensor of integers, got ${dtype}`);
  return read(bytes);
}

/** Conversions to float32; `into`, where given, may take the elements. */
const FLOAT32: Readonly<Record<Dtype, (bytes: Uint8Array, into?: Float32Array) => Float32Array>> = {
  F32: (bytes) => new Float32Array(...span(bytes, 4)),
  F16: (bytes, into) => fromFloat16(new Uint16Array(...span(bytes, 2)), into),
  BF16: (bytes, into) => fromBFloat16(new Uint16Array(...span(bytes, 2)), into),
  F64: (bytes) => new Float32Array(new Float64Array(...span(bytes, 8))),
  I64: (bytes) => fromWords(bytes, (low, high) => high * 2 ** 32 + low),
  U64: (bytes) => fromWords(bytes, (low, high) => (high >>> 0) * 2 ** 32 + low),
  I32: (bytes) => new Float32Array(new Int32Array(...span(bytes, 4))),
  U32: (bytes) => new Float32Array(new Uint32Array(...span(bytes, 4))),
  I16: (bytes) => new Float32Array(new Int16Array(...span(bytes, 2))),
  U16: (bytes) => new Float32Array(new Uint16Array(...span(bytes, 2))),
  I8: (bytes) => new Float32Array(new Int8Array(...span(bytes, 1))),
  U8: (bytes) => new Float32Array(bytes),
  F8_E5M2: fromE5M2,
  F8_E4M3: fromE4M3,
  BOOL: (bytes) => Float32Array.from(bytes, (byte) => (byte === 0 ? 0 : 1)),
};

const INT32: Readonly<Partial<Record<Dtype, (bytes: Uint8Array) => Int32Array>>> = {
  I64: (bytes) => checkedWords(bytes, (low, high) => high === low >> 31),
  U64: (bytes) => checkedWords(bytes, (low, high) => high === 0 && low >= 0),
  I32: (bytes) => new Int32Array(...span(bytes, 4)),
  U32: (bytes) => checkedUint32(new Uint32Array(...span(bytes, 4))),
  I16: (bytes) => new Int32Array(new Int16Array(...span(bytes, 2))),
  U16: (bytes) => new Int32Array(new Uint16Array(...span(bytes, 2))),
  I8: (bytes) => new Int32Array(new Int8Array(...span(bytes, 1))),
  U8: (bytes) => new Int32Array(bytes),
  BOOL: (bytes) => Int32Array.from(bytes, (byte) => (byte === 0 ? 0 : 1)),
};

/** Arguments of a typed array's constructor for a view of `bytes`, copied first where they are not aligned. */
function span(bytes: Uint8Array, width: number): [ArrayBufferLike, number, number] {
  // Not bytes.slice(): that of Node's Buffer copies nothing.
  const aligned = bytes.byteOffset % width === 0 ? bytes : Uint8Array.from(bytes);
  return [aligned.buffer, aligned.byteOffset, aligned.byteLength / width];
}

function fromWords(bytes: Uint8Array, combine: (low: number, high: number) => number): Float32Array {
  const words = new Int32Array(...span(bytes, 4));
  const data = new Float32Array(words.length / 2);
  for (let i = 0; i < data.length; i++) data[i] = combine((words[2 * i] as number) >>> 0, words[2 * i + 1] as number);
  return data;
}

function checkedWords(bytes: Uint8Array, fits: (low: number, high: number) => boolean): Int32Array {
  const words = new Int32Array(...span(bytes, 4));
  const data = new Int32Array(words.length / 2);
  for (let i = 0; i < data.length; i++) {
    const low = words[2 * i] as number;
    const high = words[2 * i + 1] as number;
    if (!fits(low, high)) throw beyondInt32(i);
    data[i] = low;
  }
  return data;
}

function checkedUint32(words: Uint32Array): Int32Array {
  const beyond = words.findIndex((word) => word > 0x7fffffff);
  if (beyond >= 0) throw beyondInt32(beyond);
  return new Int32Array(words);
}

function beyondInt32(index: number): SafetensorsError {
  return new SafetensorsError(`toInt32: expected integers of 32 bits, got a larger one at element ${index}`);
}
