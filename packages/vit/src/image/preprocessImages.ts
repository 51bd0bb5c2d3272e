import { checkArray, checkRecord } from "@qkv/ops";
import { centerCrop } from "./centerCrop.ts";
import type { CheckedPixels, Pixels } from "./pixels.ts";
import { channelsOf, type ImageProcessorConfig, type ImageSize, MOST_PIXELS } from "./processorConfig.ts";
import { resize } from "./resize.ts";
import { toGrey } from "./toGrey.ts";
import { toRgb } from "./toRgb.ts";

/** Input of an image model: `pixel_values` of transformers. */
export interface PixelValues {
  /** [B, C, height, width] */
  readonly data: Float32Array;
  readonly shape: readonly [images: number, channels: number, height: number, width: number];
}

/**
 * Converts images to a model's input, the same floats as the image processors of transformers (those on Pillow): made
 * RGB, resized, cropped, rescaled and normalized, channel by channel.
 *
 * @throws RangeError if there is no image, or they come out at different sizes
 */
export function preprocessImages(images: readonly Pixels[], config: ImageProcessorConfig): PixelValues {
  checkArray("preprocessImages", "images", images);
  checkRecord("preprocessImages", "config", config);
  const cut = images.map((image) => resizeAndCenterCrop(image, config));
  const [first] = cut;
  if (first === undefined) throw new RangeError("preprocessImages: expected at least one image, got none");
  const { width, height, channels } = first;
  const values = valuesOfBytes(config);
  const size = width * height * channels;
  const data = new Float32Array(cut.length * size);
  cut.forEach((image, index) => {
    if (image.width !== width || image.height !== height) {
      throw new RangeError(
        `preprocessImages: expected images of one size, got ${width} x ${height} and ${image.width} x ${image.height}`,
      );
    }
    planes(image, values, data.subarray(index * size, (index + 1) * size));
  });
  return { data, shape: [cut.length, channels, height, width] };
}

/** Resizes and crops an image to the model's size, without rescaling and normalization. */
export function resizeAndCenterCrop(image: Pixels, config: ImageProcessorConfig): CheckedPixels {
  checkRecord("resizeAndCenterCrop", "config", config);
  const coloured = channelsOf(config) === 1 ? toGrey(image) : toRgb(image);
  const { resize: resizing, centerCrop: crop } = config;
  const resized =
    resizing === undefined
      ? coloured
      : resize(coloured, { ...targetSize(coloured, resizing.size), resample: resizing.resample });
  return crop === undefined ? resized : centerCrop(resized, crop);
}

/**
 * The shorter side as asked for, the longer one in proportion, rounded down (`get_resize_output_image_size`); where that
 * would be too long, both shorter (`get_size_with_aspect_ratio`).
 *
 * @throws RangeError if an image is so narrow that it would become larger than {@link MOST_PIXELS}
 */
export function targetSize(
  image: { width: number; height: number },
  size: ImageSize,
): { width: number; height: number } {
  if (!("shortestEdge" in size)) return rectangleOf(image, size);
  const { width, height } = image;
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  const { shortestEdge, longestEdge = Infinity, multipleOf = 1 } = size;
  const bounded = (longer / shorter) * shortestEdge > longestEdge ? (longestEdge * shorter) / longer : undefined;
  const short = bounded === undefined ? shortestEdge : roundHalfToEven(bounded);
  // Only the images that are not upright stay as they are where sides are cut.
  const stays = bounded !== undefined && short === shorter && (multipleOf === 1 || width >= height);
  if (stays && multipleOf === 1) return { width, height };
  const cut = (side: number) => side - (side % multipleOf);
  return checkedSize(
    image,
    cut(stays ? shorter : short),
    cut(stays ? longer : Math.trunc(((bounded ?? short) * longer) / shorter)),
  );
}

/** A width and a height, or those nearest to them (`get_resize_output_image_size` of DPT). */
function rectangleOf(
  image: { width: number; height: number },
  { width, height, keepsAspect = false, multipleOf = 1 }: Exclude<ImageSize, { readonly shortestEdge: number }>,
): { width: number; height: number } {
  if (!keepsAspect && multipleOf === 1) return { width, height };
  const [across, down] = [width / image.width, height / image.height];
  const fitted = Math.abs(1 - across) < Math.abs(1 - down) ? across : down;
  const side = (scale: number, length: number) => {
    return roundHalfToEven(((keepsAspect ? fitted : scale) * length) / multipleOf) * multipleOf;
  };
  const to = { width: side(across, image.width), height: side(down, image.height) };
  if (to.width >= 1 && to.height >= 1 && to.width * to.height <= MOST_PIXELS) return to;
  throw new RangeError(
    `preprocessImages: expected an image of at least one pixel and at most ${MOST_PIXELS} when resized, got ${to.width} x ${to.height}`,
  );
}

/** @throws RangeError if an image has no pixels or too many */
function checkedSize(
  { width, height }: { width: number; height: number },
  short: number,
  long: number,
): { width: number; height: number } {
  if (short < 1 || short * long > MOST_PIXELS) {
    throw new RangeError(
      `preprocessImages: expected an image of at least one pixel and at most ${MOST_PIXELS} when resized, got ${short} x ${long}`,
    );
  }
  return width <= height ? { width: short, height: long } : { width: long, height: short };
}

/** Python's `round`. */
function roundHalfToEven(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}

/** The value of each of the 256 bytes in each channel, in float32 at every step as in NumPy. */
function valuesOfBytes(config: ImageProcessorConfig): Float32Array[] {
  const { rescaleFactor = 1, normalize } = config;
  return Array.from({ length: channelsOf(config) }, (_, channel) => {
    const [mean, std] = [Math.fround(normalize?.mean[channel] ?? 0), Math.fround(normalize?.std[channel] ?? 1)];
    return Float32Array.from({ length: 256 }, (_, byte) => {
      return Math.fround(Math.fround(byte * rescaleFactor) - mean) / std;
    });
  });
}

/** [height, width, C] bytes to [C, height, width] numbers. */
function planes(image: CheckedPixels, values: readonly Float32Array[], out: Float32Array): void {
  const { data, width, height, channels } = image;
  const size = width * height;
  values.forEach((table, channel) => {
    for (let pixel = 0; pixel < size; pixel++) {
      out[channel * size + pixel] = table[data[pixel * channels + channel] as number] as number;
    }
  });
}
