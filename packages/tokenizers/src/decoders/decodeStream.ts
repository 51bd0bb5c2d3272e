/** From so many ids on without text, only the last {@link TAIL} are checked for an incomplete character. */
const MANY = 32;
const TAIL = 16; // a character is at most four, and invalid bytes stay invalid

/** Decodes ids to text as they come, without incomplete characters. */
export class DecodeStream {
  readonly #decode: (ids: readonly number[]) => string;
  readonly #isLeftOut: (id: number) => boolean;
  #ids: number[] = []; // those of the last returned text, and those not returned yet
  #settled = 0; // the number of the former
  #given = ""; // their text alone: the text of a token can depend on the one before it

  /**
   * @param decode the text of some ids
   * @param isLeftOut whether `decode` skips an id
   */
  constructor(decode: (ids: readonly number[]) => string, isLeftOut: (id: number) => boolean = () => false) {
    this.#decode = decode;
    this.#isLeftOut = isLeftOut;
  }

  /** Returns the text that `id` completes; empty while a character is incomplete. */
  push(id: number): string {
    if (this.#isLeftOut(id)) return "";
    this.#ids.push(id);
    if (this.#ids.length - this.#settled > MANY && isIncomplete(this.#decode(this.#ids.slice(-TAIL)))) return "";
    const text = this.#decode(this.#ids);
    if (text.length <= this.#given.length || isIncomplete(text)) return "";
    const next = text.slice(this.#given.length);
    this.#ids = this.#ids.slice(this.#settled);
    this.#settled = this.#ids.length;
    this.#given = this.#decode(this.#ids);
    return next;
  }

  /** Returns the rest, with U+FFFD for an incomplete character. The stream can start anew. */
  end(): string {
    const rest = this.#decode(this.#ids).slice(this.#given.length);
    this.#ids = [];
    this.#settled = 0;
    this.#given = "";
    return rest;
  }
}

function isIncomplete(text: string): boolean {
  return text.endsWith("\ufffd");
}
