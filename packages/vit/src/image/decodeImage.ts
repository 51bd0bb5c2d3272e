import { describeArgument } from "@qkv/ops";
import { type DecodeImageOptions, ImageFileError, readImageHeader } from "./imageHeader.ts";
import { withoutExif } from "./imageMetadata.ts";
import { orientationOf, turnUpright } from "./orientation.ts";
import type { Pixels } from "./pixels.ts";

/**
 * The pixels of a PNG, JPEG, WebP, GIF or AVIF file, by the browser (in Node: `decodeImage` of `@qkv/vit/node`).
 *
 * Upright as EXIF says, or XMP where EXIF does not (Pillow's `exif_transpose`), colour profiles left aside as in Python, of
 * an animation the first frame. The file's header is read first: what is no image or too large is never decoded.
 *
 * @throws ImageFileError saying what the file is; RangeError if it is none
 */
export async function decodeImage(file: Blob | Uint8Array, { maxPixels }: DecodeImageOptions = {}): Promise<Pixels> {
  if (!(file instanceof Uint8Array || file instanceof Blob)) {
    throw new RangeError(`decodeImage: expected a file, as a Blob or its bytes, got ${describeArgument(file)}`);
  }
  const bytes = file instanceof Uint8Array ? file : new Uint8Array(await file.arrayBuffer());
  const { type } = readImageHeader(bytes, maxPixels);
  const orientation = await orientationOf(bytes, type);
  const stored = withoutExif(bytes, type); // browsers differ in what they turn
  const bitmap = await bitmapOf(new Blob([stored as BlobPart], { type: `image/${type}` }));
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (context === null) throw new ImageFileError(`expected a canvas of ${width} x ${height}, got none`);
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return turnUpright({ data, width, height, channels: 4 }, orientation);
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
