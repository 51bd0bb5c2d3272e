/** From so many ids on without text, the last {@link TAIL} tell whether a character is incomplete. */
const MANY = 32;
const TAIL = 16; // a character is at most four, and bytes that spell nothing stay so whatever follows

/** Turns ids into text as they come, and never gives half a character. */
export class DecodeStream {
  readonly #decode: (ids: readonly number[]) => string;
  readonly #isLeftOut: (id: number) => boolean;
  #ids: number[] = []; // those of the text given out last, and those not given out yet
  #settled = 0; // how many are the former
  #given = ""; // what they read as alone: what a token reads as can depend on the one before it

  /**
   * @param decode the text of some ids
   * @param isLeftOut whether `decode` passes over an id
   */
  constructor(decode: (ids: readonly number[]) => string, isLeftOut: (id: number) => boolean = () => false) {
    this.#decode = decode;
    this.#isLeftOut = isLeftOut;
  }

  /** The text that `id` completes; empty while a character is incomplete. */
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

  /** What is left, with U+FFFD for a character that never became whole. The stream can start anew. */
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
