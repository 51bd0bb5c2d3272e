import { checkRecord } from "@qkv/ops";
import type { RandomStream } from "@qkv/nn";
import { integerBelow } from "./draws.ts";
import { blankLike, type Pixels } from "./pixels.ts";

/** Padding of a random crop, and its colour. */
export interface RandomCropOptions {
  /** Pixels added on every side before a window of the image's own size is cut out. */
  readonly padding: number;
  /** The colour of the added pixels, a value for each channel or one for all. Default 0. */
  readonly fill?: number | readonly number[];
}

/** Shifts an image by up to `padding` pixels each way: torchvision's `RandomCrop(size, padding)`. */
export function randomCrop(image: Pixels, options: RandomCropOptions, random: RandomStream): Pixels {
  checkRecord("randomCrop", "options", options);
  const { padding, fill = 0 } = options;
  const places = 2 * padding + 1;
  const [left, top] = [integerBelow(places, random) - padding, integerBelow(places, random) - padding];
  return shifted(image, left, top, fill);
}

/** Cuts a window of the image's size whose corner lies at (left, top). */
function shifted(image: Pixels, left: number, top: number, fill: number | readonly number[]): Pixels {
  const { width, height, channels, data } = image;
  const out = blankLike(image);
  fillWith(out, fill);
  const from = Math.max(0, left);
  const to = Math.min(width, width + left);
  for (let y = Math.max(0, -top); y < Math.min(height, height - top); y++) {
    const row = (y + top) * width;
    out.data.set(data.subarray((row + from) * channels, (row + to) * channels), (y * width + from - left) * channels);
  }
  return out;
}

/** Paints a rectangle of `image`, all of it by default, in one colour. */
export function fillWith(
  { width, height, channels, data }: Pixels,
  fill: number | readonly number[],
  { left = 0, top = 0, right = width, bottom = height } = {},
): void {
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      for (let c = 0; c < channels; c++) {
        data[(y * width + x) * channels + c] = typeof fill === "number" ? fill : (fill[c] ?? 0);
      }
    }
  }
}
