import { fillWith } from "./crop.ts";
import { blankLike, type Pixels } from "./pixels.ts";

/** The source of each pixel of the result: x' = a x + b y + c, y' = d x + e y + f. */
export type AffineMap = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/**
 * Transforms an image by an affine map, each pixel the nearest of the source: Pillow's `transform(AFFINE, NEAREST)`, which
 * counts in 65536ths.
 */
export function affine(image: Pixels, map: AffineMap, fill: number | readonly number[]): Pixels {
  const { width, height, channels, data } = image;
  const out = blankLike(image);
  fillWith(out, fill);
  const [a, b, c, d, e, f] = map;
  const [right, down, rightRow, downRow] = [fixed(a), fixed(b), fixed(d), fixed(e)] as const;
  const [start, startRow] = [fixed(c + (a + b) / 2), fixed(f + (d + e) / 2)]; // a pixel is where its middle is
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const column = (start + right * x + down * y) >> 16;
      const row = (startRow + rightRow * x + downRow * y) >> 16;
      if (column < 0 || column >= width || row < 0 || row >= height) continue;
      const from = (row * width + column) * channels;
      out.data.set(data.subarray(from, from + channels), (y * width + x) * channels);
    }
  }
  return out;
}

function fixed(value: number): number {
  return Math.floor(value * 2 ** 16 + 0.5);
}

/** The map that turns an image by `degrees` counterclockwise around its middle. */
export function rotation({ width, height }: Pixels, degrees: number): AffineMap {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [x, y] = [width / 2, height / 2];
  return [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y];
}
