/**
 * Seeds for the random choices of one training step: the same start and the same order of calls give the same seeds.
 *
 * A forward pass that is handed one trains: each dropout takes the next seed from it. Without one there is no dropout.
 */
export class RandomStream {
  readonly #seed: number;
  #counter: number;

  constructor(seed: number, counter = 0) {
    this.#seed = seed >>> 0;
    this.#counter = counter >>> 0;
  }

  /** An unsigned 32-bit integer. */
  next(): number {
    return hash(this.#seed, this.#counter++);
  }

  /** A uniform number in [0, 1). */
  uniform(): number {
    return this.next() / 2 ** 32;
  }

  /** A stream that gives what this one will give. */
  copy(): RandomStream {
    return new RandomStream(this.#seed, this.#counter);
  }

  /** An independent stream for step `index`, regardless of draws from this one. */
  fork(index: number): RandomStream {
    return new RandomStream(hash(this.#seed ^ 0x9e3779b9, index));
  }
}

/** Mixes two 32-bit integers into one, by the finalizer of MurmurHash3 (Austin Appleby, public domain). */
function hash(seed: number, counter: number): number {
  let h = (Math.imul(counter, 0x9e3779b1) ^ seed) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = Math.imul((h ^ (h >>> 16)) + seed, 0x27d4eb2f);
  return (h ^ (h >>> 15)) >>> 0;
}

/** A seed for a name, so that each parameter has its own, independent of the order of creation. */
export function hashString(text: string, seed: number): number {
  let h = seed >>> 0;
  for (let i = 0; i < text.length; i++) h = hash(h, text.charCodeAt(i));
  return h;
}
