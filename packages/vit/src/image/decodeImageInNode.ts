import { checkRecord, describeArgument } from "@qkv/ops";
import { isPremultiplied } from "./avifMetadata.ts";
import { decodePngOrGif } from "./decodePngOrGif.ts";
import { brokenImage } from "./imageFileError.ts";
import { type DecodeImageOptions, MAX_PIXELS, readImageHeader } from "./imageHeader.ts";
import { orientationOf, turnUpright } from "./orientation.ts";
import type { CheckedPixels, Pixels } from "./pixels.ts";
import { withBrandOfStill } from "./withBrandOfStill.ts";

/**
 * The pixels of a PNG, JPEG, WebP, GIF or AVIF file, grey or RGB, the same ones that transformers' `load_image` gets from
 * Pillow (AVIF to a step or two of 255, and with halved chroma by more along edges of colour). All but PNG and GIF are
 * decoded by the optional peer `sharp`.
 *
 * Upright as EXIF says, or XMP where EXIF does not (Pillow's `exif_transpose`); transparency and colour profiles are left
 * aside as in Python; of an animation the first frame. The file's header is read first: what is no image or too large is
 * never decoded.
 *
 * @throws ImageFileError saying what the file is; RangeError if it is none
 */
export async function decodeImage(file: Uint8Array, options: DecodeImageOptions = {}): Promise<Pixels> {
  checkRecord("decodeImage", "options", options);
  const { maxPixels = MAX_PIXELS } = options;
  if (!(file instanceof Uint8Array)) {
    throw new RangeError(`decodeImage: expected a file's bytes, a Uint8Array, got ${describeArgument(file)}`);
  }
  const { type } = readImageHeader(file, maxPixels);
  const orientation = await orientationOf(file, type);
  const stored = (await decodePngOrGif(file, type)) ?? (await decodeBySharp(file, maxPixels));
  return turnUpright(stored, orientation);
}

async function decodeBySharp(file: Uint8Array, maxPixels: number): Promise<CheckedPixels> {
  const sharp = await openSharp();
  const image = sharp(withBrandOfStill(file), { ignoreIcc: true, failOn: "error", limitInputPixels: maxPixels });
  try {
    const { space } = await image.metadata();
    const inks = space === "cmyk";
    if (inks) image.pipelineColourspace("cmyk");
    else if (!isPremultiplied(file)) image.removeAlpha();
    const { data, info } = await image
      .toColourspace(inks ? "cmyk" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    if (inks) return { data: inksToRgb(data), width, height, channels: 3 };
    if (info.channels === 4) return { data: divided(data), width, height, channels: 3 };
    return { data, width, height, channels: info.channels === 1 ? 1 : 3 };
  } catch (cause) {
    throw brokenImage(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

async function openSharp() {
  try {
    return (await import("sharp")).default; // directly inside the try, so that bundlers succeed without it
  } catch (cause) {
    throw new Error("decodeImage: expected the package sharp to be installed, got none that loads", { cause });
  }
}

/** Divides premultiplied colours by their alpha. */
function divided(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let pixel = 0; pixel < rgba.length / 4; pixel++) {
    const alpha = rgba[pixel * 4 + 3] as number;
    for (let channel = 0; channel < 3; channel++) {
      const value = alpha === 0 ? 0 : Math.round(((rgba[pixel * 4 + channel] as number) * 255) / alpha);
      rgb[pixel * 3 + channel] = Math.min(value, 255);
    }
  }
  return rgb;
}

/** Converts cyan, magenta, yellow and black to RGB without a profile, as Pillow does (Convert.c). */
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
