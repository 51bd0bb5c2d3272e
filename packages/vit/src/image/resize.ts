import { checkRecord } from "@qkv/ops";
import { type CheckedPixels, checkPixels, type Pixels } from "./pixels.ts";
import { type Resample, RESAMPLE_FILTERS, type ResampleFilter } from "./resampleFilters.ts";

/**
 * Resizes an image, bit-identical to Pillow's `Image.resize`: filtered over as many pixels as become one
 * when it shrinks, one direction after the other, in Pillow's fixed point.
 *
 * @param pixels grey or RGB; transparency has to be composited first ({@link toRgb})
 * @throws RangeError if the data does not match the image's size, or has four channels, or the new size is below 1
 */
export function resize(pixels: Pixels, to: { width: number; height: number; resample?: Resample }): CheckedPixels {
  checkRecord("resize", "to", to);
  const { width, height, resample = "bilinear" } = to;
  checkRecord("resize", "pixels", pixels);
  const image = checkPixels(pixels);
  if (image.channels === 4) throw new RangeError("resize: expected 1 or 3 channels, got 4 (see toRgb)");
  if (!(Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`resize: expected a width and height from 1, got ${width} x ${height}`);
  }
  if (width === image.width && height === image.height) return image;
  if (resample === "nearest") return nearest(image, width, height);

  const filter = RESAMPLE_FILTERS[resample];
  const toWidth = (from: CheckedPixels) =>
    from.width === width ? from : resampleRows(from, taps(from.width, width, filter));
  const toHeight = (from: CheckedPixels) =>
    from.height === height ? from : resampleColumns(from, taps(from.height, height, filter));
  // Each pass rounds to bytes, so the order can be seen. Pillow 13 takes columns first where that leaves much less;
  // releases before it never do, and differ there by one step of 255.
  const columnsFirst = height < image.height && image.height - height > 2 * (image.width - width);
  return columnsFirst ? toWidth(toHeight(image)) : toHeight(toWidth(image));
}

/** The weighted inputs of each output. */
interface Taps {
  /** The first input of each output. */
  readonly first: Int32Array;
  /** The number of inputs of each output. */
  readonly count: Int32Array;
  /** Their weights as fixed-point numbers, `most` for each output. */
  readonly weights: Int32Array;
  readonly most: number;
}

/** The bits behind the point: Pillow's PRECISION_BITS, which leaves room for the sum of a byte's products in 32. */
const FRACTION = 22;

function taps(from: number, to: number, { support, weight }: ResampleFilter): Taps {
  const scale = from / to;
  const stretch = Math.max(1, scale); // shrinking, the filter grows
  const reach = support * stretch;
  const most = Math.ceil(reach) * 2 + 1;
  const [first, count] = [new Int32Array(to), new Int32Array(to)];
  const weights = new Int32Array(to * most);
  const row = new Float64Array(most);
  for (let out = 0; out < to; out++) {
    const centre = (out + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const length = Math.min(from, Math.trunc(centre + reach + 0.5)) - start;
    let sum = 0;
    for (let i = 0; i < length; i++) sum += row[i] = weight((i + start - centre + 0.5) * (1 / stretch));
    for (let i = 0; i < length; i++) {
      const share = sum === 0 ? (row[i] as number) : (row[i] as number) / sum;
      weights[out * most + i] = Math.trunc(share * 2 ** FRACTION + (share < 0 ? -0.5 : 0.5));
    }
    first[out] = start;
    count[out] = length;
  }
  return { first, count, weights, most };
}

/** Resizes every row. */
function resampleRows({ data, width, height, channels }: CheckedPixels, taps: Taps): CheckedPixels {
  const to = taps.first.length;
  const out = new Uint8Array(to * height * channels);
  for (let y = 0; y < height; y++) {
    const row = y * width * channels;
    for (let x = 0; x < to; x++) {
      const start = row + (taps.first[x] as number) * channels;
      sumUp(data, start, channels, taps, x, channels, out, (y * to + x) * channels);
    }
  }
  return { data: out, width: to, height, channels };
}

/** Resizes every column. */
function resampleColumns({ data, width, channels }: CheckedPixels, taps: Taps): CheckedPixels {
  const height = taps.first.length;
  const stride = width * channels;
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    sumUp(data, (taps.first[y] as number) * stride, stride, taps, y, stride, out, y * stride);
  }
  return { data: out, width, height, channels };
}

/** `lanes` neighbouring bytes of an output: each the weighted sum of the bytes that lie `stride` apart. */
function sumUp(
  data: CheckedPixels["data"],
  start: number,
  stride: number,
  { count, weights, most }: Taps,
  output: number,
  lanes: number,
  out: Uint8Array,
  at: number,
): void {
  const length = count[output] as number;
  const firstWeight = output * most;
  for (let lane = 0; lane < lanes; lane++) {
    let sum = 1 << (FRACTION - 1);
    let from = start + lane;
    for (let i = 0; i < length; i++, from += stride) {
      sum = (sum + (data[from] as number) * (weights[firstWeight + i] as number)) | 0;
    }
    const value = sum >> FRACTION;
    out[at + lane] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}

/** The pixel under each output's centre, the steps added up as Pillow's Geometry.c adds them. */
function nearest({ data, width, height, channels }: CheckedPixels, toWidth: number, toHeight: number): CheckedPixels {
  const columns = centres(width, toWidth);
  const rows = centres(height, toHeight);
  const out = new Uint8Array(toWidth * toHeight * channels);
  let at = 0;
  for (const y of rows) {
    for (const x of columns) {
      const start = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) out[at++] = data[start + channel] as number;
    }
  }
  return { data: out, width: toWidth, height: toHeight, channels };
}

function centres(from: number, to: number): Int32Array {
  const step = from / to;
  const found = new Int32Array(to);
  let position = step * 0.5;
  for (let out = 0; out < to; out++, position += step) found[out] = Math.min(from - 1, Math.trunc(position));
  return found;
}
