import { type Dtype, DTYPE_BYTES, toFloat32, toInt32 } from "@qkv/safetensors";
import { errorIn, PretrainedError } from "../files/pretrainedError.ts";
import type { StoredArray } from "../files/storedArray.ts";
import { wordsOf } from "./bitFields.ts";

/** Reads elements `from` to `to` of an array as floats. @throws PretrainedError if one is not finite, as no scale may be */
export async function finiteFloats(
  name: string,
  array: StoredArray,
  from = 0,
  to = elementsOf(array),
): Promise<Float32Array> {
  const dtype = array.dtype as Dtype;
  const width = DTYPE_BYTES[dtype];
  const values = toFloat32({ dtype, shape: [to - from], bytes: await array.readBytes(from * width, to * width) });
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new PretrainedError(`${name}: expected finite numbers, got ${bad}`);
  return values;
}

/** Reads a whole array of integers. @throws PretrainedError if one has more than 32 bits */
export async function integers(name: string, array: StoredArray): Promise<Int32Array> {
  const { dtype, shape, byteLength } = array;
  const bytes = await array.readBytes(0, byteLength);
  try {
    return toInt32({ dtype: dtype as Dtype, shape, bytes });
  } catch (error) {
    throw errorIn(name, error);
  }
}

/** Reads words `from` to `to` of an array of 32 bits an element. */
export async function words(array: StoredArray, from = 0, to = elementsOf(array)): Promise<Uint32Array> {
  return wordsOf(await array.readBytes(4 * from, 4 * to));
}

function elementsOf({ shape }: StoredArray): number {
  return shape.reduce((product, size) => product * size, 1);
}
