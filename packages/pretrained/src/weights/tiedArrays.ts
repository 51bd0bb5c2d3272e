import type { StoredArray } from "./readWeights.ts";

/** Pairs of names of tied arrays: the first is a copy of the second. */
export type Ties = readonly (readonly [copy: string, source: string])[];

/**
 * Resolves the array of a file for each of several tied names, as `PreTrainedModel.tie_weights` of
 * transformers has it: a file may hold the weights under any of the names, and two that hold different numbers are not
 * tied, even if `config.json` ties them.
 *
 * @returns the name of the array for a name; undefined if there is none
 */
export async function tiedArrays(
  arrays: ReadonlyMap<string, StoredArray>,
  ties: Ties,
): Promise<(name: string) => string | undefined> {
  const found = new Map(ties.flat().map((name) => [name, arrays.has(name) ? name : undefined]));
  for (const [at, [copy, source]] of ties.entries()) {
    const [its, of] = [found.get(copy), found.get(source)];
    if (its === undefined && of === undefined) {
      const other = ties.slice(at + 1).find(([name, same]) => same === source && found.get(name) !== undefined);
      found.set(copy, other && found.get(other[0]));
    } else if (its === undefined) found.set(copy, of);
    else if (of === undefined) found.set(source, its);
    else if (await areEqual(arrays.get(its), arrays.get(of))) found.set(copy, of);
  }
  return (name) => found.get(name) ?? (arrays.has(name) ? name : undefined);
}

const CHUNK = 2 ** 22;

async function areEqual(a: StoredArray | undefined, b: StoredArray | undefined): Promise<boolean> {
  if (a === undefined || b === undefined) return false;
  if (a.dtype !== b.dtype || a.shape.length !== b.shape.length) return false;
  if (a.shape.some((size, axis) => size !== b.shape[axis])) return false;
  for (let start = 0; start < a.byteLength; start += CHUNK) {
    const end = Math.min(start + CHUNK, a.byteLength);
    const [these, those] = await Promise.all([a.readBytes(start, end), b.readBytes(start, end)]);
    if (these.some((byte, i) => byte !== those[i])) return false;
  }
  return true;
}
