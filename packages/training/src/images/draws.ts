import type { RandomStream } from "@qkv/nn";

/** A whole number in [0, count). */
export function integerBelow(count: number, random: RandomStream): number {
  return Math.floor(random.uniform() * count);
}

/** A uniform number in [low, high). */
export function uniformBetween(low: number, high: number, random: RandomStream): number {
  return low + (high - low) * random.uniform();
}

/** A number from Beta(alpha, alpha). */
export function symmetricBeta(alpha: number, random: RandomStream): number {
  const [a, b] = [gamma(alpha, random), gamma(alpha, random)];
  return a + b === 0 ? 0.5 : a / (a + b); // both underflow where alpha is tiny
}

/** A number from Gamma(shape, 1), by the rejection method of Marsaglia and Tsang (2000). */
function gamma(shape: number, random: RandomStream): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = standardNormal(random);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < x ** 2 / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
}

/** A standard normal number, by Box and Muller's transform. */
function standardNormal(random: RandomStream): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}
