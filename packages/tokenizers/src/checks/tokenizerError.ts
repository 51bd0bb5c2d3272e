import { printable } from "./printable.ts";

/** Says which part of a tokenizer's configuration cannot be used, and why. */
export class TokenizerError extends Error {
  override readonly name = "TokenizerError";
  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options);
  }
}
