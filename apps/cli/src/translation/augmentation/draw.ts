import type { RandomStream } from "@qkv/nn";

/** One of the items. @throws RangeError if there are none */
export function pick<T>(items: readonly T[], random: RandomStream): T {
  if (items.length === 0) throw new RangeError("pick: expected at least one item, got none");
  return items[Math.floor(random.uniform() * items.length)] as T;
}

/** A whole number from `low` to `high`, both included. */
export function integer(low: number, high: number, random: RandomStream): number {
  return low + Math.floor(random.uniform() * (high - low + 1));
}

/** True with a probability. */
export function chance(probability: number, random: RandomStream): boolean {
  return random.uniform() < probability;
}
