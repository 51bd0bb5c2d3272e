/**
 * A stretch of text, and where each of its UTF-16 units came from in the original.
 *
 * Text that no normalizer changed needs no map: unit `i` is the original's unit `origin + i`. Otherwise
 * `starts[i]` and `ends[i]` bound the original characters that unit `i` came from; both units of a
 * surrogate pair carry the same bounds.
 */
export class AlignedText {
  readonly text: string;
  /** Where this stretch begins in the original. */
  readonly origin: number;
  readonly starts: readonly number[] | undefined;
  readonly ends: readonly number[] | undefined;

  constructor(text: string, origin = 0, starts?: readonly number[], ends?: readonly number[]) {
    this.text = text;
    this.origin = origin;
    this.starts = starts;
    this.ends = ends;
  }

  /** Original position where the character of unit `i` begins. */
  startOf(i: number): number {
    if (this.starts !== undefined) return this.starts[i] ?? this.origin;
    return this.origin + i - (isSecondHalf(this.text, i) ? 1 : 0);
  }

  /** Original position just after the character of unit `i`. */
  endOf(i: number): number {
    if (this.ends !== undefined) return this.ends[i] ?? this.origin;
    return this.origin + i + 1 + (isSecondHalf(this.text, i + 1) ? 1 : 0);
  }

  slice(start: number, end: number): AlignedText {
    if (start === 0 && end === this.text.length) return this;
    const text = this.text.slice(start, end);
    if (this.starts === undefined) return new AlignedText(text, this.origin + start);
    const origin = start < end ? this.startOf(start) : this.origin;
    return new AlignedText(text, origin, this.starts.slice(start, end), this.ends?.slice(start, end));
  }

  /** Other text of the same length, unit for unit: a change of case, for instance. */
  withText(text: string): AlignedText {
    return new AlignedText(text, this.origin, this.starts, this.ends);
  }
}

function isSecondHalf(text: string, i: number): boolean {
  return (text.charCodeAt(i) & 0xfc00) === 0xdc00; // text is well-formed
}

/** Collects characters with their alignments, and makes an {@link AlignedText} of them. */
export class AlignedBuilder {
  #text = "";
  // Not typed arrays: most texts are short, and a typed array costs more to make than a sentence to copy.
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  get length(): number {
    return this.#starts.length;
  }

  /** Appends `text`, all of it from the original's `start` to `end`. */
  push(text: string, start: number, end: number): void {
    this.#text += text;
    for (let i = 0; i < text.length; i++) {
      this.#starts.push(start);
      this.#ends.push(end);
    }
  }

  /** Appends units `from` to `to` of `source` as they are. */
  copy(source: AlignedText, from: number, to: number): void {
    this.#text += source.text.slice(from, to);
    for (let i = from; i < to; i++) {
      this.#starts.push(source.startOf(i));
      this.#ends.push(source.endOf(i));
    }
  }

  /** What was collected; nothing may be added afterwards. */
  build(origin: number): AlignedText {
    return new AlignedText(this.#text, origin, this.#starts, this.#ends);
  }
}
