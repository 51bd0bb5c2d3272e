import { checkOptions, describeArgument, type OptionNames } from "@qkv/ops";
import type { NamedVariables } from "../parameters/gradients.ts";

/** Refuses what are no parameters by name, an unknown option, and a number outside of its range. */
export function checkOptimizer<Options extends object>(
  who: string,
  params: NamedVariables,
  options: Options,
  known: OptionNames<Options>,
): void {
  checkOptions(who, options, known);
  if (!(params instanceof Map)) {
    const got = describeArgument(params);
    throw new RangeError(`${who}: expected parameters by name, such as model.params.named(), got ${got}`);
  }
}

/** Refuses a number that is not in [from, below). @throws RangeError naming it */
export function checkNumber(who: string, name: string, value: number, from = 0, below = Infinity): void {
  if (value >= from && value < below) return;
  const range = below === Infinity ? `a number from ${from}` : `a number from ${from} to below ${below}`;
  throw new RangeError(`${who}: expected ${name} to be ${range}, got ${value}`);
}
