import { ImageFileError, readImageHeader } from "./imageHeader.ts";
import type { Pixels } from "./pixels.ts";

/**
 * The pixels of a PNG, JPEG, WebP, GIF or AVIF file, by the browser (in Node: `decodeImage` of `@qkv/vit/node`).
 *
 * Upright as the EXIF orientation says, colour profiles left aside as in Python, of an animation the first frame. The
 * file's header is read first: what is no image or too large is never decoded.
 *
 * @throws ImageFileError saying what the file is
 */
export async function decodeImage(file: Blob | Uint8Array): Promise<Pixels> {
  const bytes = file instanceof Uint8Array ? file : new Uint8Array(await file.arrayBuffer());
  const { type } = readImageHeader(bytes);
  const bitmap = await bitmapOf(new Blob([bytes as BlobPart], { type: `image/${type}` }));
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (context === null) throw new ImageFileError(`expected a canvas of ${width} x ${height}, got none`);
    context.drawImage(bitmap, 0, 0);
    return { data: context.getImageData(0, 0, width, height).data, width, height, channels: 4 };
  } finally {
    bitmap.close();
  }
}

async function bitmapOf(blob: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(blob, { imageOrientation: "from-image", colorSpaceConversion: "none" });
  } catch (cause) {
    throw new ImageFileError("expected a whole image, got one that is broken or cut off", { cause });
  }
}
