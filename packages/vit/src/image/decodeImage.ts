import { checkRecord, describeArgument } from "@qkv/ops";
import { isPremultiplied } from "./avifMetadata.ts";
import { decodePngOrGif } from "./decodePngOrGif.ts";
import { brokenImage, ImageFileError } from "./imageFileError.ts";
import { type DecodeImageOptions, type ImageHeader, readImageHeader } from "./imageHeader.ts";
import { withoutExif } from "./imageMetadata.ts";
import { orientationOf, turnUpright } from "./orientation.ts";
import type { CheckedPixels, Pixels } from "./pixels.ts";
import { withBrandOfStill } from "./withBrandOfStill.ts";
import { withoutAlpha } from "./withoutAlpha.ts";

/**
 * The pixels of a PNG, JPEG, WebP, GIF or AVIF file as transformers' `load_image` gets them from Pillow, in a browser (in
 * Node: `decodeImage` of `@qkv/vit/node`). The browser decodes all but PNG and GIF.
 *
 * Upright as EXIF says, or XMP where EXIF does not (Pillow's `exif_transpose`); transparency and colour profiles are left
 * aside as in Python; of an animation the first frame. The file's header is read first: what is no image or too large is
 * never decoded.
 *
 * @throws ImageFileError saying what the file is; RangeError if it is none
 */
export async function decodeImage(file: Blob | Uint8Array, options: DecodeImageOptions = {}): Promise<Pixels> {
  if (!(file instanceof Uint8Array || file instanceof Blob)) {
    throw new RangeError(`decodeImage: expected a file, as a Blob or its bytes, got ${describeArgument(file)}`);
  }
  checkRecord("decodeImage", "options", options);
  const bytes = file instanceof Uint8Array ? file : new Uint8Array(await file.arrayBuffer());
  const { type } = readImageHeader(bytes, options.maxPixels);
  const orientation = await orientationOf(bytes, type);
  const stored = (await decodePngOrGif(bytes, type)) ?? (await decodeByBrowser(bytes, type));
  return turnUpright(stored, orientation);
}

async function decodeByBrowser(bytes: Uint8Array, type: ImageHeader["type"]): Promise<CheckedPixels> {
  if (type === "avif" && isPremultiplied(bytes)) {
    // Chromium does not divide them.
    throw new ImageFileError(
      "expected colours as they are, got an AVIF whose colours are multiplied by its transparency: save it as PNG",
    );
  }
  const upright = withoutExif(bytes, type); // browsers differ in which kinds they rotate
  const stored = withoutAlpha(withBrandOfStill(upright), type);
  const bitmap = await bitmapOf(new Blob([stored as BlobPart], { type: `image/${type}` }));
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d", {
      alpha: false, // else a canvas divides by alpha
      willReadFrequently: true,
    });
    if (context === null) throw new ImageFileError(`expected a canvas of ${width} x ${height}, got none`);
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return { data: withoutFourth(data), width, height, channels: 3 };
  } finally {
    bitmap.close();
  }
}

async function bitmapOf(blob: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(blob, { imageOrientation: "from-image", colorSpaceConversion: "none" });
  } catch (cause) {
    throw brokenImage(undefined, cause);
  }
}

/** Drops alpha: RGBA -> RGB. */
function withoutFourth(data: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((data.length / 4) * 3);
  for (let pixel = 0; pixel < data.length / 4; pixel++) {
    for (let channel = 0; channel < 3; channel++) rgb[pixel * 3 + channel] = data[pixel * 4 + channel] as number;
  }
  return rgb;
}
