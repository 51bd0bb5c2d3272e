import { printable } from "@qkv/visualize";

/** Error for an invalid model folder; the message names the file, what was expected and what came. */
export class PretrainedError extends Error {
  override readonly name: string = "PretrainedError";
  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options);
  }
}

/** Adds the path of the file to an error: the message of `error` after the path. */
export function errorIn(path: string, error: unknown): PretrainedError {
  const message = error instanceof Error ? error.message : String(error);
  // Parsers without paths give a file's bare name, and not which of two it was: config.json, generation_config.json.
  const bare = message.slice(0, message.indexOf(": ") + 2);
  const isOfFile = bare !== "" && [`/${bare}`, `_${bare}`].some((end) => `/${path}: `.endsWith(end));
  return new PretrainedError(`${path}: ${isOfFile ? message.slice(bare.length) : message}`, {
    cause: error,
  });
}
