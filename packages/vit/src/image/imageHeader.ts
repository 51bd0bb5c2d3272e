import { describeArgument } from "@qkv/ops";
import { imageDimensionsFromData } from "image-dimensions";
import { gifFrame } from "./gifFrame.ts";
import { ImageFileError } from "./imageFileError.ts";
import { unknownKind } from "./unknownKind.ts";

/** Type and size of an image file, from its header. */
export interface ImageHeader {
  readonly type: "png" | "jpeg" | "webp" | "gif" | "avif";
  /** As stored: a photo may still be turned by its EXIF orientation. */
  readonly width: number;
  readonly height: number;
}

/**
 * The most pixels that are decoded: 134 million, more than the 108 of phones, and 400 MB in RGB. A file of a few
 * kilobytes can ask for a hundred times that.
 */
export const MAX_PIXELS = 2 ** 27;

/** Options of image decoding. */
export interface DecodeImageOptions {
  /** The most pixels that are decoded. Default {@link MAX_PIXELS}. */
  readonly maxPixels?: number | undefined;
}

/** Reads the type and size of an image file, before anything is decoded. @throws ImageFileError */
export function readImageHeader(bytes: Uint8Array, maxPixels: number = MAX_PIXELS): ImageHeader {
  if (!(bytes instanceof Uint8Array)) {
    throw new ImageFileError(`expected an image file's bytes, a Uint8Array, got ${describeArgument(bytes)}`);
  }
  const header = imageDimensionsFromData(bytes);
  if (header === undefined) throw new ImageFileError(`${EXPECTED}, got ${unknownKind(bytes)}`);
  const { type } = header;
  const { width, height } = type === "gif" ? gifFrame(bytes) : header;
  if (type === "heic") throw new ImageFileError(`${EXPECTED}, got HEIC: export the photo as JPEG`);
  if (width === 0 || height === 0)
    throw new ImageFileError(`expected an image, got one of ${width} x ${height} pixels`);
  if (width * height > maxPixels) {
    throw new ImageFileError(
      `expected an image of at most ${millions(maxPixels)} million pixels, got ${width} x ${height}, which is ` +
        `${millions(width * height)} million: make it smaller first, or raise maxPixels (in the program QKV_MAX_PIXELS)`,
    );
  }
  return { type, width, height };
}

const EXPECTED = "expected a PNG, JPEG, WebP, GIF or AVIF image";

function millions(count: number): number {
  return Math.round(count / 1e6);
}
