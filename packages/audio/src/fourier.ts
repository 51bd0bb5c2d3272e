/** Discrete Fourier transforms of one size, by its prime factors (Stockham's form: no reordering). */
export class Fourier {
  readonly size: number;
  readonly #factors: readonly number[];
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  /** Two buffers between which the steps go back and forth: real parts, imaginary parts. */
  readonly #buffers: readonly [Float64Array, Float64Array, Float64Array, Float64Array];

  constructor(size: number) {
    this.size = size;
    this.#factors = primeFactors(size);
    const angle = (-2 * Math.PI) / size;
    this.#cos = Float64Array.from({ length: size }, (_, i) => Math.cos(angle * i));
    this.#sin = Float64Array.from({ length: size }, (_, i) => Math.sin(angle * i));
    const buffer = () => new Float64Array(size);
    this.#buffers = [buffer(), buffer(), buffer(), buffer()];
  }

  /**
   * Computes the power of each frequency up to half the rate, of two real signals at once: [n / 2 + 1] each.
   *
   * @param a the first signal, [n]  @param b the second
   * @param powerA [n / 2 + 1], written to
   */
  powers(a: Float64Array, b: Float64Array, powerA: Float64Array, powerB: Float64Array): void {
    const { size } = this;
    const [re, im] = this.#transform(a, b);
    for (let k = 0; k <= size >> 1; k++) {
      const mirror = (size - k) % size;
      const [x, y, u, v] = [re[k] ?? 0, im[k] ?? 0, re[mirror] ?? 0, im[mirror] ?? 0];
      powerA[k] = ((x + u) ** 2 + (y - v) ** 2) / 4;
      powerB[k] = ((y + v) ** 2 + (u - x) ** 2) / 4;
    }
  }

  #transform(a: Float64Array, b: Float64Array): readonly [Float64Array, Float64Array] {
    let [re, im, nextRe, nextIm] = this.#buffers;
    re.set(a);
    im.set(b);
    let [length, stride] = [this.size, 1];
    for (const radix of this.#factors) {
      const step = { from: [re, im], to: [nextRe, nextIm], parts: length / radix, stride } as const;
      if (radix === 2) this.#pairs(step);
      else this.#groups(step, radix);
      [re, im, nextRe, nextIm] = [nextRe, nextIm, re, im];
      [length, stride] = [step.parts, stride * radix];
    }
    return [re, im];
  }

  /** A step by the factor 2: sums, and differences that are turned. */
  #pairs({ from: [re, im], to: [nextRe, nextIm], parts, stride }: Step): void {
    for (let p = 0; p < parts; p++) {
      const [c, s] = [this.#cos[p * stride] as number, this.#sin[p * stride] as number];
      for (let q = 0; q < stride; q++) {
        const first = q + stride * p;
        const second = first + stride * parts;
        const to = first + stride * p;
        const [x, y] = [re[first] as number, im[first] as number];
        const [u, v] = [re[second] as number, im[second] as number];
        nextRe[to] = x + u;
        nextIm[to] = y + v;
        nextRe[to + stride] = (x - u) * c - (y - v) * s;
        nextIm[to + stride] = (x - u) * s + (y - v) * c;
      }
    }
  }

  /** A step by any factor. */
  #groups({ from: [re, im], to: [nextRe, nextIm], parts, stride }: Step, radix: number): void {
    nextRe.fill(0);
    nextIm.fill(0);
    for (let p = 0; p < parts; p++) {
      for (let k = 0; k < radix; k++) {
        const to = stride * (radix * p + k);
        for (let j = 0; j < radix; j++) {
          const turn = (p * k * stride + j * k * (this.size / radix)) % this.size;
          const [c, s] = [this.#cos[turn] as number, this.#sin[turn] as number];
          const first = stride * (p + parts * j);
          for (let q = 0; q < stride; q++) {
            const [x, y] = [re[first + q] as number, im[first + q] as number];
            nextRe[to + q] = (nextRe[to + q] as number) + x * c - y * s;
            nextIm[to + q] = (nextIm[to + q] as number) + x * s + y * c;
          }
        }
      }
    }
  }
}

/** One step: `parts` groups of numbers that are `stride * parts` apart, real and imaginary parts. */
interface Step {
  readonly from: readonly [Float64Array, Float64Array];
  readonly to: readonly [Float64Array, Float64Array];
  readonly parts: number;
  readonly stride: number;
}

function primeFactors(size: number): number[] {
  const factors: number[] = [];
  let rest = size;
  for (let factor = 2; rest > 1; factor++) {
    for (; rest % factor === 0; rest /= factor) factors.push(factor);
  }
  return factors;
}
