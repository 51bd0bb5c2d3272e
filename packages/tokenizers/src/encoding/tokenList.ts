/** Tokens of a model, the data of an {@link Encoding}. Positions are the original's. */
export class TokenList {
  readonly ids: number[];
  readonly starts: number[];
  readonly ends: number[];
  /** The number of the piece that each token is a part of; -1 for a token that is in no text. */
  readonly words: number[];
  #texts: Map<number, string> | undefined; // most lists have none

  constructor(ids: number[] = [], starts: number[] = [], ends: number[] = [], words: number[] = []) {
    this.ids = ids;
    this.starts = starts;
    this.ends = ends;
    this.words = words;
  }

  get length(): number {
    return this.ids.length;
  }

  push(id: number, start: number, end: number, word: number, text?: string): void {
    if (text !== undefined) this.setText(this.ids.length, text);
    this.ids.push(id);
    this.starts.push(start);
    this.ends.push(end);
    this.words.push(word);
  }

  /** The text of token `i`, if it is not its id's entry in the vocabulary. */
  textOf(i: number): string | undefined {
    return this.#texts?.get(i);
  }

  setText(i: number, text: string): void {
    (this.#texts ??= new Map()).set(i, text);
  }

  slice(start: number, end: number): TokenList {
    const of = (field: readonly number[]): number[] => field.slice(start, end);
    const part = new TokenList(of(this.ids), of(this.starts), of(this.ends), of(this.words));
    if (this.#texts === undefined) return part;
    for (let i = start; i < Math.min(end, this.length); i++) {
      const text = this.#texts.get(i);
      if (text !== undefined) part.setText(i - start, text);
    }
    return part;
  }
}
