import { type CheckedPixels, checkPixels, type Pixels } from "./pixels.ts";
import { toRgb } from "./toRgb.ts";

/**
 * An image in one channel: the luma of ITU-R 601 in 16 bits, as Pillow's `convert("L")` has it; transparency on white.
 *
 * @throws RangeError if the data does not match the image's size
 */
export function toGrey(pixels: Pixels): CheckedPixels {
  const image = checkPixels(pixels);
  if (image.channels === 1) return image;
  const { data, width, height } = toRgb(image);
  const grey = new Uint8Array(width * height);
  for (let pixel = 0; pixel < grey.length; pixel++) {
    const [r, g, b] = [data[pixel * 3] as number, data[pixel * 3 + 1] as number, data[pixel * 3 + 2] as number];
    grey[pixel] = (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
  }
  return { data: grey, width, height, channels: 1 };
}
