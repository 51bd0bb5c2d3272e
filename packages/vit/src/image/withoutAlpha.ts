import { avifReferences } from "./avifMetadata.ts";
import { imageChunks, type ImageChunk } from "./imageChunks.ts";
import type { ImageHeader } from "./imageHeader.ts";

/** What a decoder does not know: a name that is changed to it hides what stands behind it. */
const NOBODY = "x".charCodeAt(0);

/**
 * A WebP or an AVIF without its transparency, so that a decoder gives all colours as they are stored: a canvas keeps them
 * multiplied by it, and none of what is transparent. Other files are handed back as they are.
 */
export function withoutAlpha(bytes: Uint8Array, type: ImageHeader["type"]): Uint8Array {
  if (type !== "webp" && type !== "avif") return bytes;
  const copy = bytes.slice();
  if (type === "webp") hideWebpAlpha(copy, imageChunks(copy, type));
  else hideAvifAlpha(copy);
  return copy;
}

/** Lossy frames have their transparency in a chunk of its own, lossless ones say in their first bytes that they have some. */
function hideWebpAlpha(bytes: Uint8Array, chunks: Iterable<ImageChunk>): void {
  for (const { kind, data, start } of chunks) {
    if (kind === "ALPH") bytes.fill(NOBODY, start, start + 4);
    if (kind === "VP8L" && data.length > 4) data[4] = (data[4] as number) & ~0x10;
    if (kind === "VP8X" && data.length > 0) data[0] = (data[0] as number) & ~0x10;
  }
}

/** An image of an AVIF is the transparency of another by a reference. */
function hideAvifAlpha(bytes: Uint8Array): void {
  for (const { kind, name } of avifReferences(bytes)) if (kind === "auxl") name.fill(NOBODY);
}
