import type { Dtype } from "@qkv/safetensors";
import { PretrainedError } from "../files/pretrainedError.ts";
import type { StoredArray } from "../files/storedArray.ts";

/** The arrays of a checkpoint by name, of which those that belong together are taken and one is put in their place. */
export class ArrayTable {
  readonly #arrays: Map<string, StoredArray>;

  constructor(arrays: ReadonlyMap<string, StoredArray>) {
    this.#arrays = new Map(arrays);
  }

  /** The arrays that are there now. */
  get arrays(): ReadonlyMap<string, StoredArray> {
    return this.#arrays;
  }

  /** The modules that have an array of this name: all before the last dot. */
  modulesWith(name: string): readonly string[] {
    const ending = `.${name}`;
    return [...this.#arrays.keys()]
      .filter((each) => each.endsWith(ending))
      .map((each) => each.slice(0, -ending.length));
  }

  find(name: string): StoredArray | undefined {
    return this.#arrays.get(name);
  }

  /** Takes an array away. @throws PretrainedError if it is missing, or of none of these types */
  take(name: string, dtypes: readonly Dtype[]): StoredArray {
    const array = this.#arrays.get(name);
    const expected = dtypes.join(" or ");
    if (array === undefined) throw new PretrainedError(`${name}: expected an array of ${expected}, got none`);
    if (!(dtypes as readonly string[]).includes(array.dtype))
      throw new PretrainedError(`${name}: expected ${expected}, got ${array.dtype}`);
    this.#arrays.delete(name);
    return array;
  }

  /** Takes an array away, if it is there. */
  takeOptional(name: string, dtypes: readonly Dtype[]): StoredArray | undefined {
    return this.#arrays.has(name) ? this.take(name, dtypes) : undefined;
  }

  /** Puts an array in. @throws PretrainedError if there is one of this name */
  put(name: string, array: StoredArray): void {
    if (this.#arrays.has(name))
      throw new PretrainedError(`${name}: expected one array of this name, got one of floats and one of codes`);
    this.#arrays.set(name, array);
  }
}

/** The sizes of an array of two axes. @throws PretrainedError if it has others, or is empty */
export function sizesOf(name: string, { shape }: StoredArray): readonly [number, number] {
  const [rows = 0, columns = 0, ...others] = shape;
  if (rows * columns === 0 || others.length > 0)
    throw new PretrainedError(`${name}: expected two axes of codes, got [${shape}]`);
  return [rows, columns];
}

/** @throws PretrainedError if an array has another shape */
export function expectShape(name: string, { shape }: StoredArray, expected: readonly number[]): void {
  if (shape.length === expected.length && shape.every((size, axis) => size === expected[axis])) return;
  throw new PretrainedError(`${name}: expected shape [${expected}], got [${shape}]`);
}
