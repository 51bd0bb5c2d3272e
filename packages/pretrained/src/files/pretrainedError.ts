import { printable } from "@qkv/visualize";

/** A model folder is not what it has to be; the message names the file, what was expected and what came. */
export class PretrainedError extends Error {
  override readonly name: string = "PretrainedError";
  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options);
  }
}

/** The same failure with the file it happened in: the message of `error` behind the path. */
export function errorIn(path: string, error: unknown): PretrainedError {
  const message = error instanceof Error ? error.message : String(error);
  // Parsers that know no paths say a file's bare name, and not which of two said it: config.json, generation_config.json.
  const bare = message.slice(0, message.indexOf(": ") + 2);
  const isOfFile = bare !== "" && [`/${bare}`, `_${bare}`].some((end) => `/${path}: `.endsWith(end));
  return new PretrainedError(`${path}: ${isOfFile ? message.slice(bare.length) : message}`, {
    cause: error,
  });
}
