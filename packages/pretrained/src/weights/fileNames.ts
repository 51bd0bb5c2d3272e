import { type SplitArray, splitArray, type WeightRules } from "@qkv/nn";
import { type Dtype, toFloat32 } from "@qkv/safetensors";
import type { StoredArray } from "../files/storedArray.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import { packedHalves } from "./packedHalves.ts";

/**
 * Splits and transposes the arrays of a file as `rules` say, each when it is read.
 *
 * @throws CheckpointError naming the array that has no room for its parts
 */
export function splitArrays(
  arrays: ReadonlyMap<string, StoredArray>,
  rules: Pick<WeightRules, "split" | "alternatives" | "transpose">,
  config: unknown,
): Map<string, StoredArray> {
  const all = new Map<string, StoredArray>();
  for (const [stored, array] of arrays) {
    const parts = array.isAsHeld ? undefined : splitArray(stored, array.shape, rules, config);
    if (parts === undefined) all.set(stored, array);
    for (const part of parts ?? []) {
      if (all.has(part.name)) {
        throw new PretrainedError(`${stored}: expected one array of this name, got ${part.name} too`);
      }
      all.set(part.name, partOf(stored, array, part));
    }
  }
  return all;
}

/** A part of an array: where its elements lie one after another, no others are read. */
function partOf(stored: string, array: StoredArray, { shape, elements, of }: SplitArray): StoredArray {
  const whole = { ...array, shape, read: async () => of(await array.read()), parts: undefined, packed: undefined };
  const { dtype, byteLength, blocks } = array;
  if (elements === undefined || blocks !== undefined) return whole;
  const width = byteLength / array.shape.reduce((product, size) => product * size, 1);
  const [start, end] = [elements[0] * width, elements[1] * width];
  const readBytes: StoredArray["readBytes"] = (from, to, into) => array.readBytes(start + from, start + to, into);
  const bytes = () => readBytes(0, end - start);
  return {
    ...whole,
    byteLength: end - start,
    readBytes,
    read: async () => toFloat32({ dtype: dtype as Dtype, shape, bytes: await bytes() }),
    packed: packedHalves(stored, dtype, shape, readBytes),
  };
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
    const inside = stored.startsWith(`${prefix}.`) ? stored.slice(prefix.length + 1) : "";
    const names = [stored, `${prefix}.${stored}`, inside];
    const name = [...names, ...names.map(withoutGreek)].find(isKnown) ?? stored;
    if (all.has(name)) throw new PretrainedError(`${stored}: expected one array of this name, got ${name} too`);
    all.set(name, array);
  }
  return all;
}

/** The name of a norm's array in releases since 2019: before, they were called gamma and beta. */
function withoutGreek(name: string): string {
  return name.replace(/\.gamma$/, ".weight").replace(/\.beta$/, ".bias");
}

/** Makes a check whether an array of a file is one that the model reads, whole or split. */
export function isRead({
  rename,
  split = [],
  alternatives = [],
}: Pick<WeightRules, "rename" | "split" | "alternatives">): (name: string) => boolean {
  const parts = split.flatMap(({ into }) => into);
  const patterns = new Set([...Object.values(rename), ...split.map(({ from }) => from)]);
  for (const part of parts) patterns.delete(part);
  for (const { from } of alternatives) patterns.add(from);
  return (name) => patterns.has(name) || patterns.has(name.replace(INDEX, "*"));
}

const INDEX = /(?<=\.)\d+(?=\.)/g;
