import { decodeGif } from "./decodeGif.ts";
import { decodePng } from "./decodePng.ts";
import type { ImageHeader } from "./imageHeader.ts";
import type { CheckedPixels } from "./pixels.ts";

/** The pixels of a PNG or a GIF, the same ones in Node and in every browser; undefined for other kinds. @throws ImageFileError */
export async function decodePngOrGif(bytes: Uint8Array, type: ImageHeader["type"]): Promise<CheckedPixels | undefined> {
  if (type === "png") return decodePng(bytes);
  return type === "gif" ? decodeGif(bytes) : undefined;
}
