import type { LayerNorm, RMSNorm } from "@qkv/nn";

/** A norm as the linear map that it is at one input, its statistics taken as constants. */
export interface FrozenNorm {
  /** From a direction after the norm to that before it whose product with the input is the same, but for the bias. */
  pullBack(direction: Float64Array): Float64Array;
  /** [E]; absent if the norm has none. */
  readonly bias?: Float64Array;
}

/** Freezes a norm at an input [E]. */
export async function frozenNorm(norm: LayerNorm | RMSNorm, input: Float64Array): Promise<FrozenNorm> {
  const weight = Float64Array.from(await norm.weight.data());
  if ("unitOffset" in norm) {
    const scale = 1 / Math.sqrt(mean(input.map((x) => x * x)) + norm.eps);
    const offset = norm.unitOffset ? 1 : 0;
    return { pullBack: (direction) => direction.map((d, i) => d * ((weight[i] ?? 0) + offset) * scale) };
  }
  const center = mean(input);
  const scale = 1 / Math.sqrt(mean(input.map((x) => (x - center) ** 2)) + norm.eps);
  const bias = norm.bias === undefined ? undefined : Float64Array.from(await norm.bias.data());
  return {
    pullBack(direction) {
      const weighted = direction.map((d, i) => d * (weight[i] ?? 0));
      const common = mean(weighted);
      return weighted.map((x) => (x - common) * scale);
    },
    ...(bias !== undefined && { bias }),
  };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** The product of two vectors. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
