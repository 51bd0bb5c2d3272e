/** What every engine of the case attention-long is told. */
export interface AttentionWork {
  readonly length: number;
  readonly heads: number;
  readonly headDim: number;
}

/** Queries, keys and values, [1, H, L, D], the same for every engine. */
export function inputsOf({ length, heads, headDim }: AttentionWork): [Float32Array, Float32Array, Float32Array] {
  const values = (seed: number) =>
    Float32Array.from(
      { length: length * heads * headDim },
      (_, i) => Math.sin(i * (0.7 + 0.1 * seed)) + Math.cos(i * 0.013),
    );
  return [values(1), values(2), values(3)];
}
