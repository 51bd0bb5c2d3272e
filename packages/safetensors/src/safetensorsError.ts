import { printable } from "./printable.ts";

/** What every function here throws for bytes that are not a whole, honest safetensors file. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options);
  }
}
