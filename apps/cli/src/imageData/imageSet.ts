import type { Pixels } from "@qkv/vit";

/** Images and what each shows. */
export interface ImageSet<Image extends Pixels = Pixels> {
  readonly images: readonly Image[];
  /** For each image, where its class stands in `classes`. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
}

/** The images at some places of a set. */
export function subset<Image extends Pixels>(
  { images, labels, classes }: ImageSet<Image>,
  places: readonly number[],
): ImageSet<Image> {
  return {
    images: places.flatMap((place) => images[place] ?? []),
    labels: Int32Array.from(places, (place) => labels[place] ?? 0),
    classes,
  };
}
