/**
 * A stretch of text with the alignment of its UTF-16 units to the original.
 *
 * Text that no normalizer changed needs no map: unit `i` is the original's unit `origin + i`. If only something was put
 * before it, that is `lead` units, which count as part of the first character. Otherwise `starts[i]` and `ends[i]` bound
 * the original characters that unit `i` came from; both units of a surrogate pair carry the same bounds.
 */
export class AlignedText {
  readonly text: string;
  /** The start of this stretch in the original. */
  readonly origin: number;
  readonly starts: readonly number[] | undefined;
  readonly ends: readonly number[] | undefined;
  readonly #lead: number;

  constructor(text: string, origin = 0, starts?: readonly number[], ends?: readonly number[], lead = 0) {
    this.text = text;
    this.origin = origin;
    this.starts = starts;
    this.ends = ends;
    this.#lead = lead;
  }

  /** The shift of this text's whole characters from the original, if it is the same for all. */
  get shift(): number | undefined {
    return this.starts === undefined && this.#lead === 0 ? this.origin : undefined;
  }

  /** Original position where the character of unit `i` begins. */
  startOf(i: number): number {
    if (this.starts !== undefined) return this.starts[i] ?? this.origin;
    const at = i < this.#lead ? this.#lead : i;
    return this.origin + at - this.#lead - (isSecondHalf(this.text, at) ? 1 : 0);
  }

  /** Original position just after the character of unit `i`. */
  endOf(i: number): number {
    if (this.ends !== undefined) return this.ends[i] ?? this.origin;
    const at = i < this.#lead ? this.#lead : i;
    return this.origin + at - this.#lead + 1 + (isSecondHalf(this.text, at + 1) ? 1 : 0);
  }

  slice(start: number, end: number): AlignedText {
    if (start === 0 && end === this.text.length) return this;
    const text = this.text.slice(start, end);
    if (this.starts !== undefined) {
      const origin = start < end ? this.startOf(start) : this.origin;
      return new AlignedText(text, origin, this.starts.slice(start, end), this.ends?.slice(start, end));
    }
    if (start >= this.#lead) return new AlignedText(text, this.origin + start - this.#lead);
    if (end > this.#lead) return new AlignedText(text, this.origin, undefined, undefined, this.#lead - start);
    const bounds = (of: number): number[] => new Array<number>(end - start).fill(of);
    return new AlignedText(text, this.origin, bounds(this.startOf(0)), bounds(this.endOf(0)));
  }

  /** Replaces the text by one of the same length, character for character: a change of case, for instance. */
  withText(text: string): AlignedText {
    return new AlignedText(text, this.origin, this.starts, this.ends, this.#lead);
  }

  /** Puts `prefix` before this text, which must not be empty; the prefix counts as part of the first character. */
  withPrefix(prefix: string): AlignedText {
    const text = prefix + this.text;
    if (this.starts === undefined) {
      return new AlignedText(text, this.origin, undefined, undefined, this.#lead + prefix.length);
    }
    const before = (of: number): number[] => new Array<number>(prefix.length).fill(of);
    const starts = [...before(this.startOf(0)), ...this.starts];
    return new AlignedText(text, this.origin, starts, [...before(this.endOf(0)), ...(this.ends ?? [])]);
  }
}

function isSecondHalf(text: string, i: number): boolean {
  return (text.charCodeAt(i) & 0xfc00) === 0xdc00; // text is well-formed
}

/** Builder of an {@link AlignedText} from characters with their alignments. */
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

  /** Builds the collected text; nothing may be added afterwards. */
  build(origin: number): AlignedText {
    return new AlignedText(this.#text, origin, this.#starts, this.#ends);
  }
}
