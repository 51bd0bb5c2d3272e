import { printable } from "./printable.ts";

/** The error of every function here for bytes that are not a complete, consistent safetensors file. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options);
  }
}
