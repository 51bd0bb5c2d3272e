import { printable } from "./printable.ts";

/** Error that names the part of a tokenizer's configuration that cannot be used, and the reason. */
export class TokenizerError extends Error {
  override readonly name = "TokenizerError";
  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options);
  }
}
