/**
 * The key of a dropout mask, made from a seed: two words of the hash, and the threshold below which an element is
 * dropped.
 */
export interface DropoutKey {
  readonly first: number;
  readonly second: number;
  readonly threshold: number;
  /** Factor of a kept element, a float32. */
  readonly scale: number;
}

/** Some of a tensor's elements: runs of `length`, the first from element `first`, each `step` after the one before. */
export interface DropoutRuns {
  readonly length: number;
  readonly first: number;
  readonly step: number;
}

/**
 * The key of dropout with probability `rate` and `seed`, an integer from 0 to 2^53 - 1.
 *
 * @throws RangeError if the rate is not in [0, 1), or the seed is no such integer
 */
export function dropoutKey(rate: number, seed: number): DropoutKey {
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(`dropout: expected a rate in [0, 1), got ${rate}`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`dropout: expected a seed that is an integer from 0, got ${seed}`);
  }
  const first = mix((seed >>> 0) ^ 0x9e3779b9);
  const second = mix((Math.floor(seed / 2 ** 32) + first) ^ 0x7f4a7c15);
  return {
    first,
    second,
    threshold: Math.floor(rate * 2 ** 32),
    scale: Math.fround(1 / (1 - rate)),
  };
}

/**
 * A factor for each of `size` elements: 0 where dropped, `scale` where kept. The elements are all of a tensor, or runs of
 * `length` of them, the first from element `first` and each `step` after the one before.
 *
 * Element `index` is dropped if a hash of (key, index), 32 bits, is below the threshold. The hash is the same,
 * bit for bit, in every backend: xor with the first word, multiply, add the second word, multiply, with shifts between.
 */
export function dropoutFactors(
  key: DropoutKey,
  size: number,
  { length, first, step }: DropoutRuns = { length: size, first: 0, step: 0 },
): Float32Array {
  const factors = new Float32Array(size);
  for (let run = 0; run * length < size; run++) {
    for (let i = 0; i < length; i++) {
      if (hash(key, first + run * step + i) >= key.threshold) factors[run * length + i] = key.scale;
    }
  }
  return factors;
}

function hash({ first, second }: DropoutKey, index: number): number {
  let h = index ^ first;
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul((h + second) | 0, 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

function mix(word: number): number {
  return hash({ first: 0, second: 0, threshold: 0, scale: 0 }, word | 0) | 0;
}
