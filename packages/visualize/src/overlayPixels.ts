import { checkNumbers, checkRecord } from "./argumentChecks.ts";
import { heatColor } from "./heatColor.ts";
import { type PatchWeights, relativeWeights } from "./patchWeights.ts";

/** A picture of bytes: grey, RGB or RGBA, as many channels as fit the size. A page's `ImageData` is one. */
export interface PicturePixels {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/** Options of {@link overlayPixels}. */
export interface OverlayOptions {
  /** The opacity of the greatest weight, from 0 to 1. Default 0.7. */
  readonly strength?: number;
  /** Interpolated between the patches' centres, or each patch in one colour. Default smooth. */
  readonly edges?: "smooth" | "hard";
}

/** Pixels for `ImageData` or a PNG. */
export interface RgbaPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/**
 * Overlays a saliency map on a picture: the greater the weight of a patch, the brighter its colour and the less of
 * the picture shines through.
 *
 * @returns RGBA of the picture's size, opaque
 * @throws RangeError if the pixels or the weights do not match their sizes
 */
export function overlayPixels(picture: PicturePixels, patches: PatchWeights, options: OverlayOptions = {}): RgbaPixels {
  checkRecord("overlayPixels", "picture", picture);
  checkRecord("overlayPixels", "patches", patches);
  checkRecord("overlayPixels", "options", options);
  const { strength = 0.7, edges = "smooth" } = options;
  const { width, height, data } = picture;
  checkNumbers("overlayPixels", "the picture's data", data);
  const channels = data.length / (width * height);
  if (![1, 3, 4].includes(channels)) {
    throw new RangeError(
      `overlayPixels: expected 1, 3 or 4 bytes for each of ${width} x ${height} pixels, got ${data.length}`,
    );
  }
  const weights = relativeWeights("overlayPixels", patches);
  const sample = edges === "smooth" ? between : within;
  const overlaid = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const weight = sample(weights, patches, (x + 0.5) / width, (y + 0.5) / height);
      const at = y * width + x;
      const color = heatColor(weight);
      for (let channel = 0; channel < 3; channel++) {
        const under = onWhite(data, at * channels, channels, channel);
        overlaid[at * 4 + channel] = under + ((color[channel] ?? 0) - under) * weight * strength;
      }
      overlaid[at * 4 + 3] = 255;
    }
  }
  return { width, height, data: overlaid };
}

/** A channel of a pixel, composited on white. */
function onWhite(data: ArrayLike<number>, pixel: number, channels: number, channel: number): number {
  const value = data[channels === 1 ? pixel : pixel + channel] ?? 0;
  if (channels < 4) return value;
  const opaque = (data[pixel + 3] ?? 255) / 255;
  return value * opaque + 255 * (1 - opaque);
}

/** The weight of the patch at a place from 0 to 1 on both axes. */
function within(weights: Float32Array, { rows, columns }: PatchWeights, x: number, y: number): number {
  return weights[Math.floor(y * rows) * columns + Math.floor(x * columns)] ?? 0;
}

/** The weight at a place, interpolated between the centres of four patches. */
function between(weights: Float32Array, { rows, columns }: PatchWeights, x: number, y: number): number {
  const [column, right] = neighbours(x * columns - 0.5, columns);
  const [row, down] = neighbours(y * rows - 0.5, rows);
  const at = (r: number, c: number) => weights[Math.min(r, rows - 1) * columns + Math.min(c, columns - 1)] ?? 0;
  const upper = at(row, column) * (1 - right) + at(row, column + 1) * right;
  const lower = at(row + 1, column) * (1 - right) + at(row + 1, column + 1) * right;
  return upper * (1 - down) + lower * down;
}

/** The index of the centre before, and the fraction on the way to the next one. */
function neighbours(place: number, count: number): [number, number] {
  const inside = Math.min(Math.max(place, 0), count - 1);
  return [Math.floor(inside), inside - Math.floor(inside)];
}
