import { checkRecord } from "@qkv/ops";
import { type CheckedPixels, checkPixels, type Pixels } from "./pixels.ts";

/**
 * Crops the center of an image, padded with black where the image is smaller (`center_crop` of image_transforms.py).
 *
 * @throws RangeError if the data does not match the image's size
 */
export function centerCrop(pixels: Pixels, size: { width: number; height: number }): CheckedPixels {
  checkRecord("centerCrop", "size", size);
  const { width, height } = size;
  checkRecord("centerCrop", "pixels", pixels);
  const { data, width: fromWidth, height: fromHeight, channels } = checkPixels(pixels);
  // Below 0 where the crop begins before the image does; rounded down either way.
  const [left, top] = [Math.floor((fromWidth - width) / 2), Math.floor((fromHeight - height) / 2)];
  const out = new Uint8Array(width * height * channels);
  const [x0, x1] = [Math.max(0, left), Math.min(fromWidth, left + width)];
  for (let y = Math.max(0, top); y < Math.min(fromHeight, top + height); y++) {
    const row = data.subarray((y * fromWidth + x0) * channels, (y * fromWidth + x1) * channels);
    out.set(row, ((y - top) * width + x0 - left) * channels);
  }
  return { data: out, width, height, channels };
}
