import { describeArgument } from "@qkv/ops";
import { type DecodeImageOptions, ImageFileError, MAX_PIXELS, readImageHeader } from "./imageHeader.ts";
import { orientationOf, turnUpright } from "./orientation.ts";
import type { Pixels } from "./pixels.ts";

/**
 * The pixels of a PNG, JPEG, WebP, GIF or AVIF file, by the optional peer `sharp`, the same ones that Pillow sees (AVIF
 * to one step of 255, and with halved chroma by more along edges of colour).
 *
 * Upright as EXIF says, or XMP where EXIF does not (Pillow's `exif_transpose`), colour profiles left aside as in Python, of
 * an animation the first frame. The file's header is read first: what is no image or too large is never decoded.
 *
 * @throws ImageFileError saying what the file is; RangeError if it is none
 */
export async function decodeImage(
  file: Uint8Array,
  { maxPixels = MAX_PIXELS }: DecodeImageOptions = {},
): Promise<Pixels> {
  if (!(file instanceof Uint8Array)) {
    throw new RangeError(`decodeImage: expected a file's bytes, a Uint8Array, got ${describeArgument(file)}`);
  }
  const { type } = readImageHeader(file, maxPixels);
  const sharp = await openSharp();
  const orientation = await orientationOf(file, type);
  const image = sharp(file, { ignoreIcc: true, failOn: "error", limitInputPixels: maxPixels });
  try {
    const { space } = await image.metadata();
    const inks = space === "cmyk";
    if (inks) image.pipelineColourspace("cmyk");
    const { data, info } = await image
      .toColourspace(inks ? "cmyk" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const channels = inks ? 3 : (info.channels as 1 | 3 | 4);
    return turnUpright({ data: inks ? inksToRgb(data) : data, width, height, channels }, orientation);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImageFileError(`expected a whole image, got one that is broken or cut off (${reason})`, { cause });
  }
}

async function openSharp() {
  try {
    return (await import("sharp")).default; // directly inside the try, so that bundlers go on without it
  } catch (cause) {
    throw new Error("decodeImage: expected the package sharp to be installed, got none that loads", { cause });
  }
}

/** Cyan, magenta, yellow and black as light, without a profile: what Pillow makes of them (Convert.c). */
function inksToRgb(inks: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((inks.length / 4) * 3);
  for (let pixel = 0; pixel < inks.length / 4; pixel++) {
    const paper = 255 - (inks[pixel * 4 + 3] as number);
    for (let channel = 0; channel < 3; channel++) {
      const product = (inks[pixel * 4 + channel] as number) * paper + 128;
      rgb[pixel * 3 + channel] = paper - (((product >> 8) + product) >> 8);
    }
  }
  return rgb;
}
