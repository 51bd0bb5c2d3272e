import { checkRecord } from "./argumentChecks.ts";
import { type PatchWeights, relativeWeights } from "./patchWeights.ts";

/** A spread is even if no patch has more than this much above its even share. */
const TOLERANCE = 0.01;

/**
 * The weight above uniform: how far each patch is above its even share of the weight, in units of such shares. A
 * patch with as much as all patches would have under uniform attention, or less, has 0; one with twice as much has 1. Where
 * no patch is more than a hundredth above, all have 0.
 *
 * @throws RangeError if there are not rows * columns values
 */
export function aboveUniform(patches: PatchWeights): PatchWeights {
  checkRecord("aboveUniform", "patches", patches);
  const weights = Float64Array.from(relativeWeights("aboveUniform", patches));
  const uniform = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  const above = weights.map((weight) => (weight > uniform ? weight / uniform - 1 : 0));
  const { rows, columns } = patches;
  return { rows, columns, values: above.every((excess) => excess <= TOLERANCE) ? above.fill(0) : above };
}
