// Images to look at: what is the same in Node and in a page.
import { RandomStream } from "@qkv/nn";

/** Images of 28 x 28, values from 0 to 1, and their classes. */
export interface Images {
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
}

/** Images to learn from, images to be tested on, and what they are called. */
export interface ImageSets {
  readonly train: Images;
  readonly test: Images;
  readonly name: string;
  readonly classes: number;
}

/** `count` invented images to learn from and a tenth of that to be tested on. */
export function inventedImages(count: number): ImageSets {
  return { train: drawImages(count, 1), test: drawImages(count / 10, 2), name: "invented images", classes: 4 };
}

/** A bright patch somewhere, with stripes that are the class: 7 x 7 pixels that have to be found. */
function drawImages(count: number, seed: number): Images {
  const random = new RandomStream(seed);
  const pixels = new Float32Array(count * 784);
  const labels = Int32Array.from({ length: count }, (_, image) => {
    const [label, row, column] = [4, 4, 4].map((n) => Math.floor(random.uniform() * n)) as [number, number, number];
    for (let i = 0; i < 49; i++) {
      const [y, x] = [Math.floor(i / 7), i % 7];
      const stripe = [y, x, y + x, y - x + 7][label] ?? 0;
      pixels[image * 784 + (7 * row + y) * 28 + 7 * column + x] = stripe % 2 === 0 ? 1 : 0.2;
    }
    return label;
  });
  return { pixels, labels };
}
