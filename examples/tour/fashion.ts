// Images to look at: Fashion-MNIST if QKV_DATA names a folder that has it, else invented ones.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Images, type ImageSets, inventedImages } from "./images.ts";

/** `count` images to learn from and a tenth of that, but at most 10,000, to be tested on. */
export function readImages(count: number): ImageSets {
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
  return inventedImages(count);
}
