import type { Pixels } from "@qkv/vit";
import { decodeImageFile } from "../decodeImageFile.ts";
import { UsageError } from "../usageError.ts";
import { type ImageFile, readImageFiles } from "./imageFiles.ts";
import type { ImageSet } from "./imageSet.ts";

/**
 * The images of a collection of `CLASS/FILE`, or of a part of one of `train/CLASS/FILE` and `test/CLASS/FILE`. A
 * collection that has no parts is whole in each. Classes are in alphabetical order.
 */
export async function readLabelledFiles(source: string, part: "train" | "test"): Promise<ImageSet> {
  const other = part === "train" ? "test" : "train";
  const files = await readImageFiles(source, (name) => classOf(name) !== undefined && partOf(name) !== other);
  if (files.length === 0) {
    throw new UsageError(`${source}: expected image files in CLASS/ or ${part}/CLASS/, got none`);
  }
  const classes = [...new Set(files.map(({ name }) => classOf(name) ?? ""))].sort();
  const places = new Map(classes.map((name, place) => [name, place]));
  return {
    images: await decodeAll(source, files),
    labels: Int32Array.from(files, ({ name }) => places.get(classOf(name) ?? "") ?? 0),
    classes,
  };
}

/** Some at once: the decoder has threads of its own. */
async function decodeAll(source: string, files: readonly ImageFile[]): Promise<Pixels[]> {
  const images: Pixels[] = [];
  const atOnce = 64;
  for (let start = 0; start < files.length; start += atOnce) {
    const decoded = files.slice(start, start + atOnce).map(({ name, bytes }) =>
      decodeImageFile(bytes).catch((error: Error) => {
        throw new UsageError(`${source}: ${name}: ${error.message}`);
      }),
    );
    images.push(...(await Promise.all(decoded)));
  }
  return images;
}

function classOf(name: string): string | undefined {
  return name.split("/").at(-2);
}

function partOf(name: string): string | undefined {
  return name.split("/").at(-3);
}
