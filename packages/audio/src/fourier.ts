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
    const [cos, sin, size] = [this.#cos, this.#sin, this.size];
    let [re, im, nextRe, nextIm] = this.#buffers;
    re.set(a);
    im.set(b);
    let [length, stride] = [size, 1];
    for (const radix of this.#factors) {
      const parts = length / radix;
      for (let p = 0; p < parts; p++) {
        for (let k = 0; k < radix; k++) {
          const twiddle = p * k * stride;
          for (let q = 0; q < stride; q++) {
            let [sumRe, sumIm] = [0, 0];
            for (let j = 0; j < radix; j++) {
              const at = q + stride * (p + parts * j);
              const turn = (twiddle + j * k * (size / radix)) % size;
              const [x, y, c, s] = [re[at] ?? 0, im[at] ?? 0, cos[turn] ?? 0, sin[turn] ?? 0];
              sumRe += x * c - y * s;
              sumIm += x * s + y * c;
            }
            nextRe[q + stride * (radix * p + k)] = sumRe;
            nextIm[q + stride * (radix * p + k)] = sumIm;
          }
        }
      }
      [re, im, nextRe, nextIm] = [nextRe, nextIm, re, im];
      [length, stride] = [parts, stride * radix];
    }
    return [re, im];
  }
}

function primeFactors(size: number): number[] {
  const factors: number[] = [];
  let rest = size;
  for (let factor = 2; rest > 1; factor++) {
    for (; rest % factor === 0; rest /= factor) factors.push(factor);
  }
  return factors;
}
