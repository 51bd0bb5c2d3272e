import type { DepthMap } from "@qkv/pretrained";
import sharp from "sharp";

/** The least, the greatest and the mean depth of a map, in its own unit. */
export interface DepthRange {
  readonly least: number;
  readonly greatest: number;
  readonly mean: number;
}

/** Finds the range of a map of depth. */
export function depthRange({ data }: Pick<DepthMap, "data">): DepthRange {
  let [least, greatest, sum] = [Infinity, -Infinity, 0];
  for (const depth of data) {
    least = Math.min(least, depth);
    greatest = Math.max(greatest, depth);
    sum += depth;
  }
  return { least, greatest, mean: sum / data.length };
}

/** Draws a map of depth in gray over its whole range: what is nearest is white, a map of one depth black. */
export function depthPicture(map: DepthMap, kind: "png" | "jpg" | "jpeg" | "webp"): Promise<Uint8Array> {
  const { width, height, data, isMetric } = map;
  const { least, greatest } = depthRange(map);
  const span = greatest - least;
  const gray = Uint8Array.from(data, (depth) => {
    if (span === 0) return 0;
    return Math.round((255 * (isMetric ? greatest - depth : depth - least)) / span); // metric: more is farther
  });
  const drawn = sharp(gray, { raw: { width, height, channels: 1 } }).toColourspace("b-w");
  return drawn.toFormat(kind === "jpg" ? "jpeg" : kind).toBuffer();
}
