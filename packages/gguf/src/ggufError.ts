import { printable } from "./printable.ts";

/** The error of every function here for bytes that are not a complete, consistent GGUF file. */
export class GgufError extends Error {
  override readonly name = "GgufError";
  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options);
  }
}
