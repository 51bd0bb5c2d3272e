import type { Pixels } from "@qkv/vit";
import { decodeImage } from "@qkv/vit/node";
import { UsageError } from "./usageError.ts";

/** The pixels of an image file, of as many as the environment variable QKV_MAX_PIXELS allows. @throws UsageError, ImageFileError */
export async function decodeImageFile(bytes: Uint8Array): Promise<Pixels> {
  const text = process.env["QKV_MAX_PIXELS"]?.trim() || undefined;
  const maxPixels = text === undefined ? undefined : Number(text);
  if (maxPixels !== undefined && !(maxPixels > 0 && Number.isFinite(maxPixels)))
    throw new UsageError(`QKV_MAX_PIXELS: expected a number above 0, got ${text}`);
  return decodeImage(bytes, { maxPixels });
}
