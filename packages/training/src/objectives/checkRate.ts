import { describeArgument } from "@qkv/ops";

/** Refuses a share that is not above 0 and below 1. @throws RangeError naming it */
export function checkRate(who: string, name: string, rate: number): void {
  if (rate > 0 && rate < 1) return;
  throw new RangeError(`${who}: expected ${name} to be a number between 0 and 1, got ${describeArgument(rate)}`);
}
