/** Records that a pair occurs once more (`by` 1) or once less (-1) in a word. */
export type PairChange = (word: number, left: number, right: number, by: number) => void;

/** The distinct words of a corpus as lists of tokens, all in one array, and the count of each word. */
export class TrainingWords {
  readonly #counts: number[] = [];
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  readonly #tokens: Int32Array;
  readonly #sizes: Int32Array; // in characters, of the token in the same place

  constructor(counts: ReadonlyMap<string, number>, spell: (word: string) => number[]) {
    const tokens: number[] = [];
    for (const [word, count] of counts) {
      const ids = spell(word);
      this.#counts.push(count);
      this.#starts.push(tokens.length);
      this.#lengths.push(ids.length);
      for (const id of ids) tokens.push(id);
    }
    this.#tokens = Int32Array.from(tokens);
    this.#sizes = new Int32Array(tokens.length).fill(1);
  }

  /** The count of a word. */
  countOf(word: number): number {
    return this.#counts[word] ?? 0;
  }

  forEachPair(visit: (word: number, left: number, right: number) => void): void {
    for (let word = 0; word < this.#starts.length; word++) {
      const start = this.#starts[word] ?? 0;
      const end = start + (this.#lengths[word] ?? 0);
      for (let i = start; i + 1 < end; i++) visit(word, this.#tokens[i] ?? 0, this.#tokens[i + 1] ?? 0);
    }
  }

  /** Merges every `left` and `right` side by side in a word, and reports the changes to the pairs around them. */
  merge(word: number, left: number, right: number, result: number, maxSize: number, change: PairChange): void {
    const tokens = this.#tokens;
    const sizes = this.#sizes;
    const start = this.#starts[word] ?? 0;
    let end = start + (this.#lengths[word] ?? 0);
    for (let i = start; i + 1 < end; i++) {
      if (tokens[i] !== left || tokens[i + 1] !== right) continue;
      const size = (sizes[i] ?? 0) + (sizes[i + 1] ?? 0);
      if (i > start) {
        const before = tokens[i - 1] ?? 0;
        change(word, before, left, -1);
        if ((sizes[i - 1] ?? 0) + size < maxSize) change(word, before, result, 1);
      }
      tokens[i] = result;
      sizes[i] = size;
      tokens.copyWithin(i + 1, i + 2, end);
      sizes.copyWithin(i + 1, i + 2, end);
      end--;
      if (i + 1 < end) {
        const after = tokens[i + 1] ?? 0;
        change(word, right, after, -1);
        if ((sizes[i + 1] ?? 0) + size < maxSize) change(word, result, after, 1);
      }
    }
    this.#lengths[word] = end - start;
  }
}
