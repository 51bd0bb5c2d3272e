import { blankLike, type Pixels } from "./pixels.ts";

// RandAugment's colour operations, as in Pillow's ImageOps and ImageEnhance. A factor of 1 changes nothing.

/** Keeps the upper `bits` bits of each value. */
export function posterize(image: Pixels, bits: number): Pixels {
  const mask = 256 - 2 ** (8 - bits);
  return mapped(image, (value) => value & mask);
}

/** Inverts the values from `threshold` on. */
export function solarize(image: Pixels, threshold: number): Pixels {
  return mapped(image, (value) => (value < threshold ? value : 255 - value));
}

/** Stretches the values of each channel over the whole range. */
export function autoContrast(image: Pixels): Pixels {
  return byHistogram(image, (counts) => {
    const low = counts.findIndex((count) => count > 0);
    const high = counts.findLastIndex((count) => count > 0);
    if (high <= low) return (value) => value;
    const scale = 255 / (high - low);
    return (value) => Math.min(Math.max(Math.trunc(value * scale - low * scale), 0), 255);
  });
}

/** Spreads the values of each channel so that each is about as frequent. */
export function equalize(image: Pixels): Pixels {
  return byHistogram(image, (counts) => {
    const last = counts.findLast((count) => count > 0) ?? 0;
    const step = Math.floor((counts.reduce((sum, count) => sum + count, 0) - last) / 255);
    if (step === 0) return (value) => value;
    let below = Math.floor(step / 2);
    const table = counts.map((count) => {
      const value = Math.min(Math.floor(below / step), 255);
      below += count;
      return value;
    });
    return (value) => table[value] ?? value;
  });
}

/** Scales away from black, or towards it. */
export function brightness(image: Pixels, factor: number): Pixels {
  return blended(image, () => 0, factor);
}

/** Scales away from the image's mean grey, or towards it. */
export function contrast(image: Pixels, factor: number): Pixels {
  const pixels = image.width * image.height;
  let sum = 0;
  for (let i = 0; i < pixels; i++) sum += grey(image, i);
  const mean = Math.trunc(sum / pixels + 0.5);
  return blended(image, () => mean, factor);
}

/** Scales away from each pixel's own grey, or towards it. */
export function saturation(image: Pixels, factor: number): Pixels {
  return blended(image, (i) => grey(image, Math.floor(i / image.channels)), factor);
}

/** Scales away from the smoothed image, or towards it. */
export function sharpness(image: Pixels, factor: number): Pixels {
  const smooth = smoothed(image);
  return blended(image, (i) => smooth.data[i] ?? 0, factor);
}

function mapped(image: Pixels, value: (value: number, index: number) => number): Pixels {
  const out = blankLike(image);
  image.data.forEach((old, i) => (out.data[i] = value(old, i)));
  return out;
}

/** Maps each channel by its histogram. */
function byHistogram(image: Pixels, mapOf: (counts: number[]) => (value: number) => number): Pixels {
  const maps = Array.from({ length: image.channels }, (_, channel) => {
    const counts = new Array<number>(256).fill(0);
    for (let i = channel; i < image.data.length; i += image.channels) {
      const value = image.data[i] ?? 0;
      counts[value] = (counts[value] ?? 0) + 1;
    }
    return mapOf(counts);
  });
  return mapped(image, (value, i) => maps[i % image.channels]?.(value) ?? value);
}

/** Interpolates from `other`, where the factor is 0, to the image, where it is 1, and beyond; fractions are cut off. */
function blended(image: Pixels, other: (index: number) => number, factor: number): Pixels {
  return mapped(image, (value, i) => {
    const start = other(i);
    return Math.min(Math.max(Math.trunc(Math.fround(start + Math.fround(factor) * (value - start))), 0), 255);
  });
}

/** The luma of a pixel (ITU-R 601-2), in 16 bits of fraction. */
function grey({ channels, data }: Pixels, pixel: number): number {
  const at = pixel * channels;
  if (channels < 3) return data[at] ?? 0;
  return (19595 * (data[at] ?? 0) + 38470 * (data[at + 1] ?? 0) + 7471 * (data[at + 2] ?? 0) + 0x8000) >> 16;
}

/** Smooths each pixel but those of the edge to the mean of its 3 x 3, itself counted five times. */
function smoothed(image: Pixels): Pixels {
  const { width, height, channels, data } = image;
  const out = { ...blankLike(image), data: data.slice() };
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 4 * (data[(y * width + x) * channels + c] ?? 0);
        for (let dy = -1; dy <= 1; dy++) {
          for (let dx = -1; dx <= 1; dx++) sum += data[((y + dy) * width + x + dx) * channels + c] ?? 0;
        }
        out.data[(y * width + x) * channels + c] = Math.floor(sum / 13 + 0.5);
      }
    }
  }
  return out;
}
