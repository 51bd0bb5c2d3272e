import { avifReferences } from "./avifMetadata.ts";
import { imageChunks, type ImageChunk } from "./imageChunks.ts";
import type { ImageHeader } from "./imageHeader.ts";

/** A character that makes a chunk's name unknown, so that decoders skip the chunk. */
const NOBODY = "x".charCodeAt(0);

/**
 * Removes the transparency of a WebP or an AVIF, so that a decoder returns all colours as stored: a canvas multiplies
 * them by alpha, and loses those of transparent pixels. Other files are returned as they are.
 */
export function withoutAlpha(bytes: Uint8Array, type: ImageHeader["type"]): Uint8Array {
  if (type !== "webp" && type !== "avif") return bytes;
  const copy = bytes.slice();
  if (type === "webp") hideWebpAlpha(copy, imageChunks(copy, type));
  else hideAvifAlpha(copy);
  return copy;
}

/** Hides a WebP's alpha: lossy frames have it in a separate chunk, lossless ones have a flag in their first bytes. */
function hideWebpAlpha(bytes: Uint8Array, chunks: Iterable<ImageChunk>): void {
  for (const { kind, data, start } of chunks) {
    if (kind === "ALPH") bytes.fill(NOBODY, start, start + 4);
    if (kind === "VP8L" && data.length > 4) data[4] = (data[4] as number) & ~0x10;
    if (kind === "VP8X" && data.length > 0) data[0] = (data[0] as number) & ~0x10;
  }
}

/** Hides an AVIF's alpha: an image that is the transparency of another by a reference. */
function hideAvifAlpha(bytes: Uint8Array): void {
  for (const { kind, name } of avifReferences(bytes)) if (kind === "auxl") name.fill(NOBODY);
}
