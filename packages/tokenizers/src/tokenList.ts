/** Tokens as a model finds them: what {@link Encoding} is made of. Positions are the original's. */
export class TokenList {
  readonly ids: number[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  /** The number of the piece that each token is a part of; -1 for a token that is in no text. */
  readonly words: number[] = [];
  /** Tokens that read otherwise than their ids' entries in the vocabulary, by place. */
  readonly texts = new Map<number, string>();

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
    const part = new TokenList();
    for (let i = start; i < Math.min(end, this.length); i++) {
      part.push(this.ids[i] ?? 0, this.starts[i] ?? 0, this.ends[i] ?? 0, this.words[i] ?? -1, this.texts.get(i));
    }
    return part;
  }

  append(other: TokenList): void {
    const base = this.ids.length;
    for (let i = 0; i < other.ids.length; i++) {
      this.push(other.ids[i] ?? 0, other.starts[i] ?? 0, other.ends[i] ?? 0, other.words[i] ?? -1);
    }
    for (const [i, text] of other.texts) this.texts.set(base + i, text);
  }
}
