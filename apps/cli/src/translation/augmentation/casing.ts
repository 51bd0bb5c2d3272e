/** Words, with their hyphens. */
const WORDS = /\p{L}+(?:-\p{L}+)*/gu;

/** Which words begin with a small letter unless they begin a sentence: learned from where they stand inside sentences. */
export class Casing {
  readonly #small = new Map<string, number>();

  /** @param texts sentences of the language */
  constructor(texts: Iterable<string>) {
    for (const text of texts) {
      for (const word of (text.match(WORDS) ?? []).slice(1)) {
        const lower = word.toLowerCase();
        this.#small.set(lower, (this.#small.get(lower) ?? 0) + (word === lower ? 1 : -1));
      }
    }
  }

  /** A sentence with a small letter at its start, unless its first word always has a capital: a name, *I*. */
  withSmallStart(text: string): string {
    const { 0: first = "", index = 0 } = text.matchAll(WORDS).next().value ?? {};
    if ((this.#small.get(first.toLowerCase()) ?? 0) <= 0) return text;
    return text.slice(0, index) + text.charAt(index).toLowerCase() + text.slice(index + 1);
  }
}
