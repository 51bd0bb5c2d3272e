import { describeArgument } from "@qkv/ops";

/** A decoded image: one byte for each channel of each pixel, row after row. A page's `ImageData` is one (RGBA). */
export interface Pixels {
  /** [height, width, channels] */
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB, 4 RGBA; default by the length of the data. */
  readonly channels?: 1 | 3 | 4;
}

/** Pixels with a checked number of channels. */
export type CheckedPixels = Required<Pixels>;

/** Fills in the number of channels. @throws RangeError if the data does not match width and height */
export function checkPixels(pixels: Pixels): CheckedPixels {
  if (!isBytes(pixels?.data)) {
    const got = pixels?.data === undefined ? describeArgument(pixels) : `data that is ${describeArgument(pixels.data)}`;
    throw new RangeError(
      `pixels: expected a decoded image { data, width, height } of bytes, got ${got}; decodeImage reads a file`,
    );
  }
  const { data, width, height } = pixels;
  if (!(Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`pixels: expected a width and height from 1, got ${width} x ${height}`);
  }
  const channels = pixels.channels ?? data.length / (width * height);
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw new RangeError(`pixels: expected 1, 3 or 4 channels, got ${channels} (${data.length} bytes)`);
  }
  if (data.length !== width * height * channels) {
    throw new RangeError(
      `pixels: expected ${width} x ${height} x ${channels} = ${width * height * channels} bytes, got ${data.length}`,
    );
  }
  return { data, width, height, channels };
}

function isBytes(data: unknown): boolean {
  return /^\[object Uint8(?:Clamped)?Array\]$/.test(Object.prototype.toString.call(data));
}
