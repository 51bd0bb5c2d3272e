/** Tokens as a model finds them: what {@link Encoding} is made of. Positions are the original's. */
export class TokenList {
  readonly ids: number[];
  readonly starts: number[];
  readonly ends: number[];
  /** The number of the piece that each token is a part of; -1 for a token that is in no text. */
  readonly words: number[];
  /** Tokens that read otherwise than their ids' entries in the vocabulary, by place. */
  readonly texts = new Map<number, string>();

  constructor(ids: number[] = [], starts: number[] = [], ends: number[] = [], words: number[] = []) {
    this.ids = ids;
    this.starts = starts;
    this.ends = ends;
    this.words = words;
  }

  /** One of the fields of all `lists`, one list after the other. */
  static joined(field: "ids" | "starts" | "ends" | "words", lists: readonly TokenList[]): readonly number[] {
    const [first] = lists;
    if (lists.length === 1 && first !== undefined) return first[field];
    const none: number[] = []; // concat copies memory, where flatMap and push go through the numbers one by one
    return none.concat(...lists.map((list) => list[field]));
  }

  get length(): number {
    return this.ids.length;
  }

  push(id: number, start: number, end: number, word: number, text?: string): void {
    if (text !== undefined) this.texts.set(this.ids.length, text);
    this.ids.push(id);
    this.starts.push(start);
    this.ends.push(end);
    this.words.push(word);
  }

  slice(start: number, end: number): TokenList {
    const of = (field: readonly number[]): number[] => field.slice(start, end);
    const part = new TokenList(of(this.ids), of(this.starts), of(this.ends), of(this.words));
    for (const [i, text] of this.texts) if (start <= i && i < end) part.texts.set(i - start, text);
    return part;
  }
}
