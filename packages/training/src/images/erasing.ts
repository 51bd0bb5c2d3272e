import { checkRecord } from "@qkv/ops";
import type { RandomStream } from "@qkv/nn";
import { fillWith } from "./crop.ts";
import { integerBelow, uniformBetween } from "./draws.ts";
import type { Pixels } from "./pixels.ts";

/** Probability and extent of random erasing. */
export interface RandomErasingOptions {
  readonly probability: number;
  /** The erased share of the image's area, from and to. Default 0.02 to 0.33. */
  readonly area?: readonly [number, number];
  /** The rectangle's height over its width, from and to. Default 0.3 to 3.3. */
  readonly aspect?: readonly [number, number];
  /** The colour of the rectangle, a value for each channel or one for all. Default 0. */
  readonly fill?: number | readonly number[];
}

/**
 * Paints over a rectangle of an image with the given probability (arXiv:1708.04896, with
 * torchvision's defaults). A rectangle that does not fit is drawn anew, ten times at most.
 */
export function randomErasing(image: Pixels, options: RandomErasingOptions, random: RandomStream): Pixels {
  checkRecord("randomErasing", "options", options);
  const { probability, area: areas = [0.02, 0.33], aspect: aspects = [0.3, 3.3], fill = 0 } = options;
  if (random.uniform() >= probability) return image;
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = image.width * image.height * uniformBetween(...areas, random);
    const aspect = Math.exp(uniformBetween(Math.log(aspects[0]), Math.log(aspects[1]), random));
    const [width, height] = [Math.round(Math.sqrt(area / aspect)), Math.round(Math.sqrt(area * aspect))];
    if (width >= image.width || height >= image.height) continue;
    const left = integerBelow(image.width - width + 1, random);
    const top = integerBelow(image.height - height + 1, random);
    const out = { ...image, data: image.data.slice() };
    fillWith(out, fill, { left, top, right: left + width, bottom: top + height });
    return out;
  }
  return image;
}
