// Images to look at: Fashion-MNIST if QKV_DATA names a folder that has it, else invented ones.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { RandomStream } from "@qkv/nn";

/** Images of 28 x 28, values from 0 to 1, and their classes. */
export interface Images {
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
}

/** `count` images to learn from and a tenth of that, but at most 10,000, to be tested on. */
export function readImages(count: number): { train: Images; test: Images; name: string; classes: number } {
  const folder = join(process.env["QKV_DATA"] ?? "", "fashion-mnist");
  if (process.env["QKV_DATA"] !== undefined && existsSync(folder)) {
    const read = (part: string, size: number): Images => {
      const file = (kind: string) => gunzipSync(readFileSync(join(folder, `${part}-${kind}-ubyte.gz`)));
      // The idx format: 16 bytes before the pixels, 8 before the labels.
      const [pixels, labels] = [file("images-idx3").subarray(16), file("labels-idx1").subarray(8)];
      return {
        pixels: Float32Array.from(pixels.subarray(0, size * 784), (byte) => byte / 255),
        labels: Int32Array.from(labels.subarray(0, size)),
      };
    };
    return {
      train: read("train", count),
      test: read("t10k", Math.min(count / 10, 10_000)),
      name: "Fashion-MNIST",
      classes: 10,
    };
  }
  return { train: invented(count, 1), test: invented(count / 10, 2), name: "invented images", classes: 4 };
}

/** A bright patch somewhere, with stripes that are the class: 7 x 7 pixels that have to be found. */
function invented(count: number, seed: number): Images {
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
