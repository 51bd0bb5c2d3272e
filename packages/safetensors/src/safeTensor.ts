import { type Dtype, DTYPE_BYTES, isDtype } from "./dtype.ts";
import { toBFloat16, toFloat16 } from "./half.ts";
import { SafetensorsError } from "./safetensorsError.ts";
import { shown } from "./shown.ts";

/** A named array as a file holds it: little-endian elements in row-major order. */
export interface SafeTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Refuses what is no {@link SafeTensor}: undefined, a file's bytes, a tensor of TensorFlow.js. @throws SafetensorsError */
export function checkSafeTensor(who: string, tensor: SafeTensor): void {
  if (tensor?.bytes instanceof Uint8Array && isDtype(tensor.dtype)) return;
  throw new SafetensorsError(`${who}: expected a tensor of a file, with dtype, shape and bytes, got ${shown(tensor)}`);
}

/** The array types of a tensor's data. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** The dtype of each typed array whose bytes are already in a file's format. */
const ARRAY_DTYPES: Readonly<Record<string, Dtype>> = {
  Float32Array: "F32",
  Float64Array: "F64",
  Int8Array: "I8",
  Uint8Array: "U8",
  Int16Array: "I16",
  Uint16Array: "U16",
  Int32Array: "I32",
  Uint32Array: "U32",
  BigInt64Array: "I64",
  BigUint64Array: "U64",
};

/**
 * Makes a tensor of `data`, ready to be written.
 *
 * Without `dtype` it is the array's own (`Float32Array` gives `F32`, `Uint8Array` gives `U8`) and shares its memory.
 * `F16` and `BF16` round a `Float32Array`, or take the bits of a `Uint16Array`; `I64` takes an `Int32Array` too;
 * `BOOL` takes a `Uint8Array` of zeros and ones; `F8_E4M3` and `F8_E5M2` take the bits of one.
 *
 * @throws RangeError if the shape is no array, or has another number of elements; TypeError if the dtype cannot hold the array
 */
export function safeTensor(data: NumberArray, shape: readonly number[], dtype?: Dtype): SafeTensor {
  if (!Array.isArray(shape)) throw new RangeError(`safeTensor: expected shape to be an array, got ${shown(shape)}`);
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (data.length !== size) {
    throw new RangeError(`safeTensor: expected ${size} elements for shape [${shape.join(",")}], got ${data.length}`);
  }
  const own = ARRAY_DTYPES[Object.prototype.toString.call(data).slice(8, -1)];
  const stored = dtype === undefined || dtype === own ? data : convert(data, dtype);
  const name = dtype ?? own;
  if (stored === undefined || name === undefined || stored.BYTES_PER_ELEMENT !== DTYPE_BYTES[name]) {
    throw new TypeError(`safeTensor: expected data that ${name ?? "a dtype"} can hold, got ${own ?? "another array"}`);
  }
  return { dtype: name, shape: [...shape], bytes: new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength) };
}

function convert(data: NumberArray, dtype: Dtype): NumberArray | undefined {
  if (dtype === "F16" && data instanceof Float32Array) return toFloat16(data);
  if (dtype === "BF16" && data instanceof Float32Array) return toBFloat16(data);
  if ((dtype === "F16" || dtype === "BF16") && data instanceof Uint16Array) return data;
  if (dtype === "I64" && data instanceof Int32Array) return BigInt64Array.from(data, BigInt);
  if (["BOOL", "F8_E4M3", "F8_E5M2"].includes(dtype) && data instanceof Uint8Array) return data;
  return undefined;
}
