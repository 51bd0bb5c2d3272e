// 2: what a token reads as can depend on the one before it, and the first of a text may lose its space.
const CONTEXT = 2;

/** Turns ids into text as they come, and never gives half a character. */
export class DecodeStream {
  readonly #decode: (ids: readonly number[]) => string;
  #ids: number[] = []; // those not given out yet, after a few that were
  #given = ""; // the text of these few

  /** @param decode the text of some ids */
  constructor(decode: (ids: readonly number[]) => string) {
    this.#decode = decode;
  }

  /** The text that `id` completes; empty while a character is incomplete. */
  push(id: number): string {
    this.#ids.push(id);
    const text = this.#decode(this.#ids);
    if (text.length <= this.#given.length || text.endsWith("\ufffd")) return "";
    const next = text.slice(this.#given.length);
    this.#ids = this.#ids.slice(-CONTEXT);
    this.#given = this.#decode(this.#ids);
    return next;
  }

  /** What is left, with U+FFFD for a character that never became whole. The stream can start anew. */
  end(): string {
    const rest = this.#decode(this.#ids).slice(this.#given.length);
    this.#ids = [];
    this.#given = "";
    return rest;
  }
}
