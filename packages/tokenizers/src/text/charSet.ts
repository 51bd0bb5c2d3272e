const ASK = 0;
const NO = 1;
const YES = 2;
const HALF = 3; // the first half of a pair: the whole character decides

/** The set of characters that a regular expression for one character matches, cached on use. */
export class CharSet {
  readonly #regex: RegExp;
  readonly #negated: boolean;
  #known: Uint8Array | undefined; // by UTF-16 unit
  readonly #pairs = new Map<number, boolean>();

  /** @param negated whether it is the set of characters that do not match */
  constructor(regex: RegExp, negated = false) {
    this.#regex = regex;
    this.#negated = negated;
  }

  has(codePoint: number): boolean {
    return codePoint > 0xffff ? this.#hasPair(codePoint) : (this.#known?.[codePoint] || this.#learn(codePoint)) === YES;
  }

  /** The number of UTF-16 units of the character at `at` if it is in the set, else 0. */
  widthAt(text: string, at: number): 0 | 1 | 2 {
    if (at >= text.length) return 0;
    const unit = text.charCodeAt(at);
    const known = this.#known?.[unit] || this.#learn(unit);
    if (known === YES) return 1;
    return known === HALF && this.#hasPair(text.codePointAt(at) ?? 0) ? 2 : 0;
  }

  #learn(unit: number): number {
    this.#known ??= new Uint8Array(0x10000).fill(ASK);
    const isHalf = (unit & 0xfc00) === 0xd800;
    const answer = isHalf ? HALF : this.#regex.test(String.fromCharCode(unit)) !== this.#negated ? YES : NO;
    return (this.#known[unit] = answer);
  }

  #hasPair(codePoint: number): boolean {
    let answer = this.#pairs.get(codePoint);
    if (answer === undefined) {
      answer = this.#regex.test(String.fromCodePoint(codePoint)) !== this.#negated;
      if (this.#pairs.size < 0x10000) this.#pairs.set(codePoint, answer);
    }
    return answer;
  }
}
