import type { TieRule } from "@qkv/nn";
import type { StoredArray } from "../files/storedArray.ts";

/** A config and the arrays of a file that the model needs. */
export interface Tied<Config> {
  readonly config: Config;
  readonly arrays: ReadonlyMap<string, StoredArray>;
}

/** Resolves tied arrays by a rule: the config says which are tied, and each array is under the name that it is read by. */
export async function resolveTies<Config>(
  rule: TieRule<Config> | undefined,
  config: Config,
  arrays: ReadonlyMap<string, StoredArray>,
): Promise<Tied<Config>> {
  const pairs = rule?.pairs(config) ?? [];
  if (rule === undefined || pairs.length === 0) return { config, arrays };
  const nameFor = await tiedArrays(arrays, pairs);
  const resolved = rule.resolve(config, (a, b) => nameFor(a) === nameFor(b));
  const all = new Map(arrays);
  for (const name of pairs.flat()) all.delete(name);
  for (const name of rule.reads(resolved)) {
    const array = arrays.get(nameFor(name) ?? "");
    if (array !== undefined) all.set(name, array);
  }
  return { config: resolved, arrays: all };
}

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
