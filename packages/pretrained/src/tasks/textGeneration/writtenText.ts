import type { DecodeStream, Tokenizer } from "@qkv/tokenizers";
import { StopStringFilter } from "./stopStrings.ts";

const CONTEXT = 16; // tokens before, on which the text of the next ones may depend

/** The text of tokens as they are generated: characters come whole, and it ends before a stop string. */
export class WrittenText {
  readonly #stream: DecodeStream;
  readonly #filter: StopStringFilter;
  #text = "";

  /** @param before the tokens that it follows on */
  constructor(tokenizer: Tokenizer, before: readonly number[], stopStrings: readonly string[]) {
    this.#stream = tokenizer.createDecodeStream({ skipSpecialTokens: true });
    for (const id of before.slice(-CONTEXT)) this.#stream.push(id);
    this.#filter = new StopStringFilter(stopStrings);
  }

  /** All that was given. */
  get text(): string {
    return this.#text;
  }

  /** The text that a token makes certain. */
  push(id: number): string {
    return this.#given(this.#filter.push(this.#stream.push(id)));
  }

  /** What is left after the last token. */
  end(): string {
    return this.#given(this.#filter.push(this.#stream.end()) + this.#filter.end());
  }

  #given(piece: string): string {
    this.#text += piece;
    return piece;
  }
}
