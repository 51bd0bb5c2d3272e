import { readdir } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "../usageError.ts";
import { readIdx } from "./idx.ts";
import type { ImageSet } from "./imageSet.ts";

const PREFIX = { train: "train", test: "t10k" } as const;

/** Whether a folder's files are named as MNIST's and Fashion-MNIST's are. */
export function holdsIdxImages(names: readonly string[]): boolean {
  return names.some((name) => /^(train|t10k)-images-idx3-ubyte(\.gz)?$/.test(name));
}

/** The grey images of a part of MNIST, Fashion-MNIST or their like. Classes are named by their numbers. */
export async function readIdxImages(folder: string, part: "train" | "test"): Promise<ImageSet> {
  const names = await readdir(folder);
  const read = (kind: string) => {
    const name = names.find((name) => name.replace(/\.gz$/, "") === `${PREFIX[part]}-${kind}`);
    if (name === undefined) throw new UsageError(`${folder}: expected ${PREFIX[part]}-${kind} or its .gz, got none`);
    return readIdx(path.join(folder, name));
  };
  const [images, labels] = await Promise.all([read("images-idx3-ubyte"), read("labels-idx1-ubyte")]);
  const [count = 0, height = 0, width = 0] = images.shape;
  if (images.shape.length !== 3 || labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new UsageError(
      `${folder}: expected images [N, height, width] and labels [N], got [${images.shape}] and [${labels.shape}]`,
    );
  }
  const size = width * height;
  return {
    images: Array.from({ length: count }, (_, i) => {
      return { width, height, channels: 1, data: images.data.subarray(i * size, (i + 1) * size) };
    }),
    labels: Int32Array.from(labels.data),
    classes: Array.from({ length: labels.data.reduce((a, b) => Math.max(a, b), 0) + 1 }, (_, i) => String(i)),
  };
}
