import { checkRecord } from "./argumentChecks.ts";
import { heatColor } from "./heatColor.ts";
import type { RgbaPixels } from "./overlayPixels.ts";
import { type PatchWeights, relativeWeights } from "./patchWeights.ts";

/**
 * Makes one pixel for each patch, to be stretched over the picture by the caller, such as a page's canvas: the colour of
 * its weight, and the less transparent the greater it is.
 *
 * @param strength the opacity of the greatest weight, from 0 to 1
 * @returns RGBA, `columns` wide and `rows` high
 * @throws RangeError if there are not rows * columns values
 */
export function heatPixels(patches: PatchWeights, strength = 0.7): RgbaPixels {
  checkRecord("heatPixels", "patches", patches);
  const weights = relativeWeights("heatPixels", patches);
  const data = new Uint8ClampedArray(weights.length * 4);
  weights.forEach((weight, at) => data.set([...heatColor(weight), weight * strength * 255], at * 4));
  return { width: patches.columns, height: patches.rows, data };
}

/** The patches with the most weight, the strongest first, counted row by row from 0, and their share of all weight. */
export function strongestPatches(
  patches: PatchWeights,
  count = 3,
): { readonly patch: number; readonly share: number }[] {
  checkRecord("strongestPatches", "patches", patches);
  const weights = relativeWeights("strongestPatches", patches);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from(weights, (weight, patch) => ({ patch, share: total > 0 ? weight / total : 0 }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, count);
}
