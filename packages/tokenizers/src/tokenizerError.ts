/** Says which part of a tokenizer's configuration cannot be used, and why. */
export class TokenizerError extends Error {
  override readonly name = "TokenizerError";
}
