/** Error for a file that is no image a model can take; the message says what it is, and what to do. */
export class ImageFileError extends Error {
  override readonly name = "ImageFileError";
}

/** The error for an image that cannot be decoded, because of `reason`. */
export function brokenImage(reason?: string, cause?: unknown): ImageFileError {
  const why = reason === undefined ? "" : ` (${reason})`;
  return new ImageFileError(`expected a whole image, got one that is broken or cut off${why}`, { cause });
}
