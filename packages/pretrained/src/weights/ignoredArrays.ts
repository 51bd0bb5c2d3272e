import type { IgnoredArray, IgnoredArrays } from "@qkv/nn";
import { fromBFloat16, fromFloat16, toBFloat16, toFloat16 } from "@qkv/safetensors";
import type { StoredArray } from "../files/storedArray.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/** Finds the rule of an ignored array by its name in the file. */
export function ignoredArray<Config>(rules: IgnoredArrays<Config>, name: string): IgnoredArray<Config> | undefined {
  const patterns = [name.replace(INDEX, "*"), `${name.slice(0, name.indexOf("."))}.**`];
  const found = patterns.find((pattern) => Object.hasOwn(rules, pattern));
  return found === undefined ? undefined : rules[found];
}

/**
 * Removes the arrays that a model does not read, each of which must have the expected contents: another table would
 * change every number, and leaving it out would hide that.
 *
 * @throws PretrainedError naming the array that is something else
 */
export async function withoutIgnored<Config>(
  arrays: ReadonlyMap<string, StoredArray>,
  rules: IgnoredArrays<Config>,
  config: Config,
): Promise<Map<string, StoredArray>> {
  const kept = new Map<string, StoredArray>();
  for (const [name, array] of arrays) {
    const rule = ignoredArray(rules, name);
    if (rule === undefined) kept.set(name, array);
    else if (rule.isRight !== undefined) {
      const { shape } = array;
      const data = await array.read();
      const contents = { shape, data, equals: (expected: ArrayLike<number>) => isClose(data, expected) };
      const indices = (name.match(INDEX) ?? []).map(Number);
      if (rule.isRight(contents, config, indices)) continue;
      throw new PretrainedError(`${name}: expected ${rule.as}, got other numbers [${shape}]`);
    }
  }
  return kept;
}

/** Whether every number is that of `expected`, as far as numbers of that precision can tell. */
function isClose(data: Float32Array, expected: ArrayLike<number>): boolean {
  const precision = precisionOf(data);
  const differs = (value: number, i: number) => {
    const right = expected[i] ?? NaN;
    return !(Math.abs(value - right) <= SMALLEST_HALF + precision * Math.abs(right));
  };
  return data.length === expected.length && !data.some(differs);
}

const SMALLEST_HALF = 2 ** -24;

/** Half a step between numbers of the narrowest dtype they fit: they may have been rounded before they were stored. */
function precisionOf(data: Float32Array): number {
  const isExact = (rounded: Float32Array) => rounded.every((value, i) => value === data[i]);
  if (isExact(fromBFloat16(toBFloat16(data)))) return 2 ** -8;
  return isExact(fromFloat16(toFloat16(data))) ? 2 ** -11 : 2e-6;
}

const INDEX = /(?<=\.)\d+(?=\.)/g;
