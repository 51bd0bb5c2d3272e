/** What every function here throws for bytes that are not a whole, honest safetensors file. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
}
