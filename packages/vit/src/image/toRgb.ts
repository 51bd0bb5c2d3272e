import { type CheckedPixels, checkPixels, type Pixels } from "./pixels.ts";

/**
 * An image in three channels: grey three times over, transparency laid on white, as transformers' processors do it
 * (`convert_to_rgb` of image_transforms.py, through Pillow's `alpha_composite`). RGB is returned as it is.
 *
 * @throws RangeError if the data does not match the image's size
 */
export function toRgb(pixels: Pixels): CheckedPixels {
  const image = checkPixels(pixels);
  const { data, width, height, channels } = image;
  if (channels === 3) return image;
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = channels === 4 ? (data[pixel * 4 + 3] as number) : 255;
    for (let channel = 0; channel < 3; channel++) {
      const value = data[pixel * channels + (channels === 4 ? channel : 0)] as number;
      rgb[pixel * 3 + channel] = alpha === 255 ? value : onWhite(value, alpha);
    }
  }
  return { data: rgb, width, height, channels: 3 };
}

/** One channel of one pixel over white, rounded as Pillow's AlphaComposite.c rounds: seven bits, then divided by 255. */
function onWhite(value: number, alpha: number): number {
  const sum = (value * alpha + 255 * (255 - alpha) + 128) << 7;
  return (((sum >> 8) + sum) >> 8) >> 7;
}
