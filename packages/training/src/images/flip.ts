import type { RandomStream } from "@qkv/nn";
import { blankLike, type Pixels } from "./pixels.ts";

/** Flips an image horizontally with the given probability. */
export function randomFlip(image: Pixels, probability: number, random: RandomStream): Pixels {
  return random.uniform() < probability ? mirrored(image) : image;
}

function mirrored(image: Pixels): Pixels {
  const { width, height, channels, data } = image;
  const out = blankLike(image);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + width - 1 - x) * channels;
      out.data.set(data.subarray(from, from + channels), (y * width + x) * channels);
    }
  }
  return out;
}
