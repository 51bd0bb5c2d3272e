import type { StateEntry } from "@qkv/nn";
import { fromBFloat16, fromFloat16, toBFloat16, toFloat16 } from "@qkv/safetensors";
import type { StoredArray } from "./readWeights.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/**
 * An array that files hold besides a model's weights, and that no model here has: it is computed instead, or nothing
 * reads it.
 */
export interface SpareArray<Config = unknown> {
  /** Its description in messages: "the sinusoidal positions that are computed". */
  readonly as: string;
  /**
   * Whether its contents are as expected. Absent where no forward pass of the model could read it.
   *
   * @param indices the layer indices of its name
   */
  readonly isRight?: (array: StateEntry, config: Config, indices: readonly number[]) => boolean;
}

/** Spare arrays by the files' names, with `*` for each layer index; `x.**` is every name that begins with `x.`. */
export type SpareArrays<Config = unknown> = Readonly<Record<string, SpareArray<Config>>>;

/** Finds the spare array of a name, if it is one. */
export function spareArrayOf<Config>(spares: SpareArrays<Config>, name: string): SpareArray<Config> | undefined {
  const patterns = [name.replace(INDEX, "*"), `${name.slice(0, name.indexOf("."))}.**`];
  const found = patterns.find((pattern) => Object.hasOwn(spares, pattern));
  return found === undefined ? undefined : spares[found];
}

/**
 * Removes the spare arrays, each of which must have the expected contents: another table would change
 * every number, and leaving it out would hide that.
 *
 * @throws PretrainedError naming the array that is something else
 */
export async function withoutSpares<Config>(
  arrays: ReadonlyMap<string, StoredArray>,
  spares: SpareArrays<Config>,
  config: Config,
): Promise<Map<string, StoredArray>> {
  const kept = new Map<string, StoredArray>();
  for (const [name, array] of arrays) {
    const spare = spareArrayOf(spares, name);
    if (spare === undefined) kept.set(name, array);
    else if (spare.isRight !== undefined) {
      const entry = { shape: array.shape, data: await array.read() };
      const indices = (name.match(INDEX) ?? []).map(Number);
      if (spare.isRight(entry, config, indices)) continue;
      throw new PretrainedError(`${name}: expected ${spare.as}, got other numbers [${array.shape}]`);
    }
  }
  return kept;
}

/** Whether every number is that of `expected`, as far as numbers of that precision can tell. */
export function isClose(data: Float32Array, expected: ArrayLike<number>): boolean {
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
