/** Which characters a regular expression for one character matches, remembered for the basic plane. */
export class CharSet {
  readonly #regex: RegExp;
  #known: Uint8Array | undefined; // by code: 0 not asked yet, 1 no, 2 yes

  constructor(regex: RegExp) {
    this.#regex = regex;
  }

  has(codePoint: number): boolean {
    if (codePoint > 0xffff) return this.#regex.test(String.fromCodePoint(codePoint));
    this.#known ??= new Uint8Array(0x10000);
    const known = this.#known[codePoint];
    if (known !== 0) return known === 2;
    const answer = this.#regex.test(String.fromCharCode(codePoint));
    this.#known[codePoint] = answer ? 2 : 1;
    return answer;
  }
}
