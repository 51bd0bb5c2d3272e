import type { RandomStream } from "@qkv/nn";
import {
  cutmix,
  type LabelledBatch,
  type MixedBatch,
  mixup,
  type Pixels,
  randAugment,
  randomCrop,
  randomErasing,
  randomFlip,
  unmixed,
} from "@qkv/training";
import type { ImageTrainingConfig } from "./trainingConfig.ts";

/** What happens to training images, as a config says. */
export interface Augmentation {
  /** An image of its own, before it is normalized. */
  image(image: Pixels, random: RandomStream): Pixels;
  /** A batch of normalized images. */
  batch(batch: LabelledBatch, random: RandomStream): MixedBatch;
}

/** What comes into sight beside an image, and what is erased, has the data's mean colour. */
export function augmentationOf({
  augmentation,
  normalize,
}: Pick<ImageTrainingConfig, "augmentation" | "normalize">): Augmentation {
  const { crop, flip, randAugment: changes, erasing, mixup: mixupAlpha, cutmix: cutmixAlpha } = augmentation;
  const fill = normalize.mean.map((value) => Math.round(255 * value));
  const mixes = [
    ...(mixupAlpha > 0 ? [(batch: LabelledBatch, random: RandomStream) => mixup(batch, mixupAlpha, random)] : []),
    ...(cutmixAlpha > 0 ? [(batch: LabelledBatch, random: RandomStream) => cutmix(batch, cutmixAlpha, random)] : []),
  ];
  return {
    image: (image, random) => {
      let out = image;
      if (crop > 0) out = randomCrop(out, { padding: crop, fill }, random);
      if (flip > 0) out = randomFlip(out, flip, random);
      if (changes) out = randAugment(out, { ...changes, fill }, random);
      if (erasing > 0) out = randomErasing(out, { probability: erasing, fill }, random);
      return out;
    },
    batch: (batch, random) => {
      const mix = mixes[Math.floor(random.uniform() * mixes.length)];
      return mix?.(batch, random) ?? unmixed(batch);
    },
  };
}
