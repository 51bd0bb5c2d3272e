/** A file is not an image that can be shown to a model; the message says what it is, and what to do. */
export class ImageFileError extends Error {
  override readonly name = "ImageFileError";
}

/** The error for an image that a decoder does not get through, because of `reason`. */
export function brokenImage(reason?: string, cause?: unknown): ImageFileError {
  const why = reason === undefined ? "" : ` (${reason})`;
  return new ImageFileError(`expected a whole image, got one that is broken or cut off${why}`, { cause });
}
