import type { NameMap } from "@qkv/nn";
import type { StoredArray } from "./readWeights.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/** A part of a packed array of a file: an array in a model's table of names. */
export interface UnpackedArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** Selects its elements from the file's array. */
  readonly of: (data: Float32Array) => Float32Array;
}

/** The arrays that a file stores as one, by its name and shape; undefined if it is not packed. */
export type Unpack = (name: string, shape: readonly number[]) => readonly UnpackedArray[] | undefined;

/** Unpacks each array of a file, each read on demand. */
export function unpacked(arrays: ReadonlyMap<string, StoredArray>, unpack: Unpack): Map<string, StoredArray> {
  const all = new Map<string, StoredArray>();
  for (const [stored, array] of arrays) {
    const parts = unpack(stored, array.shape);
    if (parts === undefined) all.set(stored, array);
    for (const { name, shape, of } of parts ?? []) {
      all.set(name, { ...array, shape, read: async () => of(await array.read()), parts: undefined });
    }
  }
  return all;
}

/**
 * Renames arrays to the names of the table, where a file has the names of a base model, which lack `prefix`, or those of
 * a model with a head where the base is wanted.
 *
 * @param isKnown whether the model has an array of this name
 * @throws PretrainedError if one name has two arrays
 */
export function withPrefix(
  arrays: ReadonlyMap<string, StoredArray>,
  prefix: string,
  isKnown: (name: string) => boolean,
): Map<string, StoredArray> {
  const all = new Map<string, StoredArray>();
  for (const [stored, array] of arrays) {
    const names = [
      stored,
      `${prefix}.${stored}`,
      stored.startsWith(`${prefix}.`) ? stored.slice(prefix.length + 1) : "",
    ];
    const name = names.find(isKnown) ?? stored;
    if (all.has(name)) throw new PretrainedError(`${stored}: expected one array of this name, got ${name} too`);
    all.set(name, array);
  }
  return all;
}

/** Makes a check whether a table of names has one for an array. */
export function namesOf(...tables: readonly NameMap[]): (name: string) => boolean {
  const patterns = new Set(tables.flatMap((table) => Object.values(table)));
  return (name) => patterns.has(name) || patterns.has(name.replace(INDEX, "*"));
}

const INDEX = /(?<=\.)\d+(?=\.)/g;
