import { checkRecord } from "@qkv/ops";
import type { RandomStream } from "@qkv/nn";
import { affine, rotation } from "./affine.ts";
import { integerBelow } from "./draws.ts";
import type { Pixels } from "./pixels.ts";
import { autoContrast, brightness, contrast, equalize, posterize, saturation, sharpness, solarize } from "./tones.ts";

/** Number and magnitude of RandAugment's operations. */
export interface RandAugmentOptions {
  /** The number of operations in a row. Default 2. */
  readonly operations?: number;
  /** The magnitude, from 0, nearly nothing, to 30. Default 9. */
  readonly magnitude?: number;
  /** The colour of uncovered pixels, a value for each channel or one for all. Default 0. */
  readonly fill?: number | readonly number[];
}

type Fill = number | readonly number[];

/** Applies a change whose strength is in [-1, 1], or in [0, 1] for those of one direction. */
type Change = (image: Pixels, strength: number, fill: Fill) => Pixels;

// torchvision's table (transforms/autoaugment.py, RandAugment._augmentation_space), by the strongest of each change.
const TWO_WAYS: readonly Change[] = [
  (image, s, fill) => affine(image, [1, 0.3 * s, 0, 0, 1, 0], fill),
  (image, s, fill) => affine(image, [1, 0, 0, 0.3 * s, 1, 0], fill),
  (image, s, fill) => affine(image, [1, 0, Math.trunc((150 / 331) * image.width * s), 0, 1, 0], fill),
  (image, s, fill) => affine(image, [1, 0, 0, 0, 1, Math.trunc((150 / 331) * image.height * s)], fill),
  (image, s, fill) => affine(image, rotation(image, 30 * s), fill),
  (image, s) => brightness(image, 1 + 0.9 * s),
  (image, s) => saturation(image, 1 + 0.9 * s),
  (image, s) => contrast(image, 1 + 0.9 * s),
  (image, s) => sharpness(image, 1 + 0.9 * s),
];
const ONE_WAY: readonly Change[] = [
  (image) => image,
  (image, s) => posterize(image, 8 - Math.round(4 * s)),
  (image, s) => solarize(image, 255 * (1 - s)),
  (image) => autoContrast(image),
  (image) => equalize(image),
];

/**
 * RandAugment: applies operations of shape and colour chosen at random (arXiv:1909.13719).
 *
 * @throws RangeError if the magnitude is not from 0 to 30
 */
export function randAugment(image: Pixels, options: RandAugmentOptions, random: RandomStream): Pixels {
  checkRecord("randAugment", "options", options);
  const { operations = 2, magnitude = 9, fill = 0 } = options;
  if (!(magnitude >= 0 && magnitude <= 30)) {
    throw new RangeError(`randAugment: expected a magnitude from 0 to 30, got ${magnitude}`);
  }
  let out = image;
  for (let i = 0; i < operations; i++) {
    const choice = integerBelow(TWO_WAYS.length + ONE_WAY.length, random);
    const sign = random.uniform() < 0.5 ? -1 : 1;
    const change = TWO_WAYS[choice];
    const strength = magnitude / 30;
    out = change
      ? change(out, sign * strength, fill)
      : (ONE_WAY[choice - TWO_WAYS.length] as Change)(out, strength, fill);
  }
  return out;
}
