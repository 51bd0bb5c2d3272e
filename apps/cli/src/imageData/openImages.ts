import { existsSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Pixels } from "@qkv/vit";
import { UsageError } from "../usageError.ts";
import { holdsIdxImages, readIdxImages } from "./idxImages.ts";
import { isArchive } from "./imageFiles.ts";
import { type ImageSet, subset } from "./imageSet.ts";
import { readLabelledFiles } from "./labelledFiles.ts";

/** Every tenth image to train on, in the order of the files, is kept for validation. */
const VALIDATION_EVERY = 10;

/**
 * The images of a part of a collection: MNIST's idx files in a folder, or image files in a folder or a tar archive.
 *
 * @param ref a path, from here or from the data folder; a folder that holds one archive stands for it
 * @param part the test set is for the last measurement alone
 * @param data the data folder, QKV_DATA by default
 * @throws UsageError if there are none
 */
export async function openImages(ref: string, part: "train" | "test", data?: string): Promise<ImageSet> {
  const source = await findImages(ref, data);
  const isIdx = statSync(source).isDirectory() && holdsIdxImages(await readdir(source));
  return isIdx ? readIdxImages(source, part) : readLabelledFiles(source, part);
}

/** The images to train on without those kept for validation, and these. */
export function splitForValidation<Image extends Pixels>(
  set: ImageSet<Image>,
): { readonly training: ImageSet<Image>; readonly validation: ImageSet<Image> } {
  const places = [...set.images.keys()];
  const isKept = (place: number) => place % VALIDATION_EVERY === VALIDATION_EVERY - 1;
  return {
    training: subset(
      set,
      places.filter((place) => !isKept(place)),
    ),
    validation: subset(set, places.filter(isKept)),
  };
}

async function findImages(ref: string, data: string | undefined): Promise<string> {
  const folder = data ?? process.env["QKV_DATA"] ?? "";
  const found = existsSync(ref) ? ref : path.resolve(folder, ref);
  if (!existsSync(found)) {
    const looked = folder === "" ? "; QKV_DATA names a folder to look in too" : `, nor is it in ${folder}`;
    throw new UsageError(`expected a folder or a tar archive of images, got nothing called ${ref}${looked}`);
  }
  if (!statSync(found).isDirectory()) {
    if (!isArchive(found)) throw new UsageError(`expected a folder or a tar archive of images, got ${ref}`);
    return found;
  }
  const [archive, ...others] = (await readdir(found)).filter(isArchive);
  return archive !== undefined && others.length === 0 ? path.join(found, archive) : found;
}
